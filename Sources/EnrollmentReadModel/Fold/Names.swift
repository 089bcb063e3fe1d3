// The text of every enumeration, made once: spelling a name out for each of a million rows would cost more than them.

internal import Enrollment

/// The names of one enumeration by its stored number.
struct NameTable<Value: NamedValue & RawRepresentable>: Sendable where Value.RawValue == UInt8 {
    private let texts: [PermanentText]

    init() {
        let empty = PermanentText("")
        var texts: [PermanentText] = []
        for value in Value.allCases {
            let place = Int(value.rawValue)
            while texts.count <= place { texts.append(empty) }
            texts[place] = PermanentText(value.name)
        }
        self.texts = texts
    }

    subscript(value: Value) -> PermanentText { texts[Int(value.rawValue)] }
}

/// The tables of names.
enum Names {
    static let role = NameTable<Role>()
    static let userStatus = NameTable<UserStatus>()
    static let courseStatus = NameTable<CourseStatus>()
    static let termStatus = NameTable<TermStatus>()
    static let admission = NameTable<Admission>()
    static let enrollmentStatus = NameTable<EnrollmentStatus>()
    static let command = NameTable<CommandKind>()
    static let code = NameTable<RejectionCode>()
}
