// What a snapshot holds few of, row by row: users, courses and terms. SNAPSHOT.md, "Rows", in both directions.

internal import Enrollment
internal import EventLog

enum SnapshotRows {
    static func encode(_ user: User, to bytes: inout [UInt8]) {
        ByteWriter.form(user.email, to: &bytes)
        ByteWriter.form(user.name, to: &bytes)
        bytes.append(user.role.rawValue)
        bytes.append(user.status.rawValue)
        ByteWriter.optionalText(user.sourceID, to: &bytes)
        ByteWriter.signed(user.version.rawValue, to: &bytes)
    }

    static func addUser(_ reader: inout ByteReader, to state: inout StateAssembly) throws(PayloadProblem) {
        let email = try reader.form(isAddress: true)
        let name = try reader.form()
        let role: Role = try reader.value()
        let status: UserStatus = try reader.value()
        let sourceID = try reader.optionalText()
        let version = StreamVersion(try reader.signed())
        try possible { () throws(ImpossibleState) in
            try state.addUser(
                email: email, name: name, role: role, status: status, sourceID: sourceID, version: version)
        }
    }

    static func encode(_ course: Course, to bytes: inout [UInt8]) {
        ByteWriter.text(course.title, to: &bytes)
        ByteWriter.text(course.description, to: &bytes)
        ByteWriter.text(course.category, to: &bytes)
        ByteWriter.optionalID(course.instructor?.rawValue, to: &bytes)
        bytes.append(course.status.rawValue)
        ByteWriter.optionalText(course.sourceID, to: &bytes)
        ByteWriter.optionalInstant(course.publishedAt, to: &bytes)
        ByteWriter.signed(course.version.rawValue, to: &bytes)
    }

    static func addCourse(_ reader: inout ByteReader, to state: inout StateAssembly) throws(PayloadProblem) {
        let title = try reader.text()
        let description = try reader.text()
        let category = try reader.text()
        let instructor = try reader.optionalID().map { UserID($0) }
        let status: CourseStatus = try reader.value()
        let sourceID = try reader.optionalText()
        let publishedAt = try reader.optionalInstant()
        let version = StreamVersion(try reader.signed())
        try possible { () throws(ImpossibleState) in
            try state.addCourse(
                title: title, description: description, category: category, instructor: instructor, status: status,
                sourceID: sourceID, publishedAt: publishedAt, version: version)
        }
    }

    static func encode(_ term: Term, to bytes: inout [UInt8]) {
        ByteWriter.optionalID(term.course.rawValue, to: &bytes)
        ByteWriter.signed(Int64(term.termNumber), to: &bytes)
        CommandCodec.encode(term.dates, to: &bytes)
        ByteWriter.signed(Int64(term.capacity), to: &bytes)
        bytes.append(term.admission.rawValue)
        bytes.append(term.status.rawValue)
        CommandCodec.encodeOptional(term.window, to: &bytes)
        ByteWriter.optionalText(term.sourceID, to: &bytes)
        ByteWriter.signed(term.version.rawValue, to: &bytes)
        ByteWriter.signed(term.refusalsVersion.rawValue, to: &bytes)
    }

    static func addTerm(_ reader: inout ByteReader, to state: inout StateAssembly) throws(PayloadProblem) {
        let course = CourseID(try reader.id())
        let termNumber = try reader.int()
        let dates = try CommandCodec.decodeDates(&reader)
        let capacity = try reader.capacity()
        let admission: Admission = try reader.value()
        let status: TermStatus = try reader.value()
        let window = try CommandCodec.decodeOptionalWindow(&reader)
        let sourceID = try reader.optionalText()
        let version = StreamVersion(try reader.signed())
        let refusalsVersion = StreamVersion(try reader.signed())
        try possible { () throws(ImpossibleState) in
            try state.addTerm(
                course: course, termNumber: termNumber, dates: dates, capacity: capacity, admission: admission,
                status: status, window: window, sourceID: sourceID, version: version,
                refusalsVersion: refusalsVersion)
        }
    }

    @inline(__always)
    static func possible<Value>(_ body: () throws(ImpossibleState) -> Value) throws(PayloadProblem) -> Value {
        do { return try body() } catch { throw PayloadProblem(message: error.message) }
    }
}
