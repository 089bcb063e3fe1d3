// Values of the domain as arguments: enumerations by name in either case, dates, positions, command ids.

public import ArgumentParser
public import Enrollment
public import EventLog

/// A value of a closed set, by its name in either case.
struct Named<Value: NamedValue>: ExpressibleByArgument {
    let value: Value

    init(_ value: Value) { self.value = value }

    init?(argument: String) {
        guard let value = Value(name: argument.uppercased()) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { Value.allCases.map(\.name) }
    var defaultValueDescription: String { value.name }
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
