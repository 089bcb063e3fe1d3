// The two files of the Open University Learning Analytics Dataset, read and dated; no capacity and no command yet.

import Enrollment

/// A presentation of a module: a term.
struct OULADPresentation {
    let source: LineReference
    let module: String
    let presentation: String
    /// By its number in order of start, within the module.
    var termNumber = 0
    let start: Day
    let end: Day
    /// First and last day on which something happened to a registration.
    var firstRegistration: Day?
    var lastFact: Day

    var sourceID: String { "\(module)/\(presentation)" }
    /// The first day on which nothing can happen any more.
    var completion: Day { max(end, lastFact).advanced(by: 1) }
}

/// A student in a presentation.
struct OULADRegistration {
    let row: CSVRow
    let student: String
    /// Into the presentations.
    let presentation: Int
    let registered: Day
    let unregistered: Day?
    /// The row gives no day of registration.
    let isAssumed: Bool

    var source: LineReference { row.source }
}

/// Both files.
struct OULADData {
    private(set) var presentations: [OULADPresentation]
    private(set) var registrations: [OULADRegistration] = []
    private(set) var courseTable: CSVTable
    private(set) var registrationTable: CSVTable

    /// - Throws: ``Failure`` where a file cannot be read or is another table.
    init(directory: String) throws {
        let directory = try ImportDirectory(directory)
        courseTable = try CSVTable(
            path: try directory.file("courses.csv"),
            columns: ["code_module", "code_presentation", "module_presentation_length"])
        registrationTable = try CSVTable(
            path: try directory.file("studentRegistration.csv"),
            columns: ["code_module", "code_presentation", "id_student", "date_registration", "date_unregistration"])
        var known: Set<String> = []
        presentations = courseTable.readRows { row throws(InputFault) in
            let presentation = try Self.presentation(row)
            guard known.insert(presentation.sourceID).inserted else {
                throw row.fault("code_presentation", expected: "a presentation that no earlier row names")
            }
            return presentation
        }
        numberTerms()
        let places = Dictionary(uniqueKeysWithValues: presentations.enumerated().map { ($1.sourceID, $0) })
        let presentations = presentations
        registrations = registrationTable.readRows { row throws(InputFault) in
            try Self.registration(row, places: places, presentations: presentations)
        }
        for registration in registrations {
            let place = registration.presentation
            let first = self.presentations[place].firstRegistration ?? registration.registered
            self.presentations[place].firstRegistration = min(first, registration.registered)
            self.presentations[place].lastFact = max(
                self.presentations[place].lastFact, registration.unregistered ?? registration.registered)
        }
    }

    private static func presentation(_ row: CSVRow) throws(InputFault) -> OULADPresentation {
        let name = try row.requiredText("code_presentation")
        let months: [Character: Int] = ["B": 2, "J": 10]
        guard name.count == 5, let year = Int(name.prefix(4)), let month = name.last.flatMap({ months[$0] }),
            let start = Day(year: year, month: month, day: 1)
        else { throw row.fault("code_presentation", expected: "a year and B or J, such as 2013J") }
        let length = try row.number("module_presentation_length", in: 1...2000)
        let end = start.advanced(by: length - 1)
        return OULADPresentation(
            source: row.source, module: try row.requiredText("code_module"), presentation: name, start: start,
            end: end, lastFact: start)
    }

    /// A row without a day of registration counts as registered on day 0, or on the day of leaving if that was earlier.
    private static func registration(
        _ row: CSVRow, places: [String: Int], presentations: [OULADPresentation]
    ) throws(InputFault) -> OULADRegistration {
        let module = try row.requiredText("code_module")
        let name = try row.requiredText("code_presentation")
        guard let place = places["\(module)/\(name)"] else {
            throw row.fault("code_presentation", expected: "a presentation of courses.csv")
        }
        let registered = try row.optionalNumber("date_registration")
        let unregistered = try row.optionalNumber("date_unregistration")
        if let registered, let unregistered, unregistered < registered {
            throw row.fault("date_unregistration", expected: "a day not before the registration, \(registered)")
        }
        let start = presentations[place].start
        return OULADRegistration(
            row: row, student: try row.requiredText("id_student"), presentation: place,
            registered: start.advanced(by: registered ?? min(0, unregistered ?? 0)),
            unregistered: unregistered.map { start.advanced(by: $0) }, isAssumed: registered == nil)
    }

    private mutating func numberTerms() {
        var numbers: [String: Int] = [:]
        for index in presentations.indices.sorted(by: { presentations[$0].start < presentations[$1].start }) {
            let number = numbers[presentations[index].module, default: 0] + 1
            numbers[presentations[index].module] = number
            presentations[index].termNumber = number
        }
    }
}
