// What the command line of `Measure engine` asks for.

struct Options {
    var enroll = ""
    var scratch = ""
    var json = ""
    /// A folder with courses.csv and studentRegistration.csv.
    var oulad: String?
    var runs = 5
    /// After so many, no further figure is begun.
    var minutes = 20.0

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else { throw Failure("\(name) needs a value") }
            switch name {
            case "--enroll": enroll = value
            case "--scratch": scratch = value
            case "--json": json = value
            case "--oulad": oulad = value
            case "--runs":
                guard let count = Int(value), count >= 1 else { throw Failure("--runs needs a number from 1") }
                runs = count
            case "--minutes":
                guard let count = Double(value), count > 0 else { throw Failure("--minutes needs a number above 0") }
                minutes = count
            default: throw Failure("unknown option \(name)")
            }
        }
        if enroll.isEmpty || scratch.isEmpty || json.isEmpty {
            throw Failure("--enroll, --scratch and --json are needed")
        }
    }
}
