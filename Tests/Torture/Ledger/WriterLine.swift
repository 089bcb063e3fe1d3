// What the writer tells the world outside: one line a fact, each written before the next thing happens.

/// A line on the writer's standard output.
enum WriterLine: Equatable {
    /// It waits for a line of input before it touches the log.
    case ready
    /// The next call opens or creates the log.
    case opening
    /// The log is open and ends here; so many records were written again, so many things set aside.
    case opened(last: Int64, rewritten: Int, setAside: Int)
    /// A batch was acknowledged.
    case acknowledged(BatchName, first: Int64, last: Int64, recordedAt: Int64)
    /// A batch was refused or failed, with the code of the error.
    case refused(BatchName, code: String)
    /// The log could not be opened or closed.
    case failed(String)
    /// The log was closed.
    case closed

    var text: String {
        switch self {
        case .ready: "ready"
        case .opening: "opening"
        case .opened(let last, let rewritten, let setAside): "opened \(last) \(rewritten) \(setAside)"
        case .acknowledged(let name, let first, let last, let recordedAt):
            "ack \(name.life) \(name.task) \(name.number) \(first) \(last) \(recordedAt)"
        case .refused(let name, let code): "refused \(name.life) \(name.task) \(name.number) \(code)"
        case .failed(let reason): "failed " + reason.split(separator: "\n").joined(separator: " ")
        case .closed: "closed"
        }
    }

    init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 1)
        guard let word = words.first else { return nil }
        let rest = words.dropFirst().first ?? ""
        let numbers = rest.split(separator: " ").compactMap { Int64($0) }
        switch (word, numbers.count) {
        case ("ready", 0): self = .ready
        case ("opening", 0): self = .opening
        case ("closed", 0): self = .closed
        case ("opened", 3):
            self = .opened(last: numbers[0], rewritten: Int(numbers[1]), setAside: Int(numbers[2]))
        case ("ack", 6):
            self = .acknowledged(
                Self.name(numbers), first: numbers[3], last: numbers[4], recordedAt: numbers[5])
        case ("refused", 3):
            guard let code = rest.split(separator: " ").dropFirst(3).first else { return nil }
            self = .refused(Self.name(numbers), code: String(code))
        case ("failed", _): self = .failed(String(rest))
        default: return nil
        }
    }

    private static func name(_ numbers: [Int64]) -> BatchName {
        BatchName(life: Int(numbers[0]), task: Int(numbers[1]), number: Int(numbers[2]))
    }
}

/// What a tailer saw: records from one position through another, by their digest.
struct Sighting: Equatable {
    var first: Int64
    var last: Int64
    var digest: UInt64

    var text: String { "saw \(first) \(last) \(digest)" }

    init(first: Int64, last: Int64, digest: UInt64) {
        self.first = first
        self.last = last
        self.digest = digest
    }

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 4, words[0] == "saw", let first = Int64(words[1]), let last = Int64(words[2]),
            let digest = UInt64(words[3]), first <= last
        else { return nil }
        self.init(first: first, last: last, digest: digest)
    }
}
