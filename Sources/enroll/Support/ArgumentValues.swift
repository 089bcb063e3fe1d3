// Values of the domain as arguments: enumerations by name in either case, dates, positions.

public import ArgumentParser
public import Enrollment
public import EventLog

extension Role: ExpressibleByArgument {}
extension UserStatus: ExpressibleByArgument {}
extension CourseStatus: ExpressibleByArgument {}
extension TermStatus: ExpressibleByArgument {}
extension EnrollmentStatus: ExpressibleByArgument {}
extension Admission: ExpressibleByArgument {}
extension RejectionCode: ExpressibleByArgument {}

// Said as precisely as the parser's own defaults for enumerations with numbers, which these go before.
extension NamedValue where Self: ExpressibleByArgument & RawRepresentable, RawValue: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument.uppercased()) }
    public static var allValueStrings: [String] { allCases.map(\.name) }
    public var defaultValueDescription: String { name }
}

extension Day: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Position: ExpressibleByArgument {
    public init?(argument: String) {
        guard let number = Int64(argument), number >= 0 else { return nil }
        self.init(number)
    }
}

extension CommandID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
