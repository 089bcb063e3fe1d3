// A term as anyone would write it down: who is in it, and how many may be. Shares nothing with the engine.

internal import Enrollment

/// The seats of one term, folded from the log's events by looking at each once.
struct NaiveTerm: Sendable {
    struct Live: Hashable, Sendable {
        var enrollment: Int64
        var isApproved: Bool
    }

    var capacity = 0
    /// Those who have or hold a seat, by user.
    var live: [Int64: Live] = [:]
    /// Whose an enrollment is, also when it is over.
    var owners: [Int64: Int64] = [:]
    var version: Int64 = 0
    var lastPosition: Int64 = 0

    var taken: Int { live.count }
    var isOversold: Bool { taken > capacity }

    /// Why an application of `user` would be refused; nil where it would not.
    func refusal(ofApplicationBy user: Int64) -> RejectionCode? {
        if live[user] != nil { return .alreadyEnrolled }
        return taken >= capacity ? .termFull : nil
    }

    func isLive(_ enrollment: Int64) -> Bool {
        owners[enrollment].flatMap { live[$0] }?.enrollment == enrollment
    }

    func isPending(_ enrollment: Int64) -> Bool {
        guard isLive(enrollment), let user = owners[enrollment] else { return false }
        return live[user]?.isApproved == false
    }

    /// Takes over one event; false where it cannot follow on what there is.
    mutating func fold(_ content: RaceLog.Content) -> Bool {
        switch content {
        case .scheduled(let capacity), .capacity(to: let capacity):
            self.capacity = capacity
            return true
        case .applied(let user, let enrollment):
            let isNew = live[user] == nil && owners[enrollment] == nil
            live[user] = Live(enrollment: enrollment, isApproved: false)
            owners[enrollment] = user
            return isNew
        case .approved(let enrollment):
            guard isPending(enrollment), let user = owners[enrollment] else { return false }
            live[user]?.isApproved = true
            return true
        case .cancelled(let enrollment):
            guard isLive(enrollment), let user = owners[enrollment] else { return false }
            live[user] = nil
            return true
        case .refused: return true
        case .other: return false
        }
    }
}
