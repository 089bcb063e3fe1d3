// Checker B: is there any order of the operations that explains all answers? It asks neither positions nor the log.

/// Looks for an order of a history's operations that the rules of a term could have had.
///
/// The search of Wing and Gong ("Testing and verifying concurrent objects", 1993), with configurations remembered as
/// Lowe does ("Testing for linearizability", 2017), term by term, since a history is linearizable exactly when it is so
/// for each object (Herlihy and Wing, 1990). It places operations one after the other; only those may come next that
/// began before the first unplaced one was answered. Three things keep it short, and none loses an order:
/// - What changes no seats is placed as soon as it is right: it could only be taken out of its later place.
/// - Of operations that change the seats alike, by people who ask for one thing at a time, the one answered first comes
///   first: wherever another one comes before it, the two can change places. So can two of one person that are alike.
/// - A configuration, the set of what was placed with the state that it led to, is tried once.
///
/// Where several could come next, hints say which to try first; a wrong hint costs time and never a verdict, since an
/// order counts only when every answer in it follows from the rules. So the engine's positions may be hints, and are
/// not believed.
///
/// An operation that was never answered may be placed anywhere after its start, or never.
public struct LinearizabilityCheck: Sendable {
    private let capacity: Int32
    private let needsApproval: Bool
    /// Steps after which the search gives up, for each operation.
    private let maximumSteps: Int

    /// A check of terms that begin with so many seats; `needsApproval` where applications hold a seat before they have
    /// it.
    public init(seats: Int, needsApproval: Bool, maximumSteps: Int = 1_000_000_000) {
        capacity = Int32(clamping: seats)
        self.needsApproval = needsApproval
        self.maximumSteps = maximumSteps
    }

    /// Checks each term's operations; `hints` has a number for each of them, to be tried in that order, or is empty:
    /// then they are tried in the order of their answers.
    ///
    /// - Complexity: O(*n* log *n* + *n* *p*) for *p* operations at a time where the history is linearizable and
    ///   people do one thing at a time; exponential in what one person does at a time in the worst case.
    public func run(_ operations: [Operation?], hints: [Int64] = []) -> CheckReport {
        let start = monotonicNanoseconds()
        var report = CheckReport()
        var terms: [Int32: (operations: [Operation], hints: [Int64])] = [:]
        for (index, operation) in operations.enumerated() {
            guard let operation else { continue }
            terms[operation.term, default: ([], [])].operations.append(operation)
            if !hints.isEmpty { terms[operation.term]?.hints.append(hints[index]) }
        }
        for (term, history) in terms.sorted(by: { $0.key < $1.key }) {
            var search = LinearizationSearch(
                history.operations, hints: history.hints, capacity: capacity, needsApproval: needsApproval,
                maximumSteps: maximumSteps)
            switch search.run() {
            case .linearizable: break
            case .undecided:
                report.add(.undecided, "term \(term): gave up after \(maximumSteps) steps")
            case .impossible(let operation):
                report.add(.notLinearizable, "term \(term): no order explains the answer to: \(operation)")
            }
        }
        report.seconds = Double(monotonicNanoseconds() - start) / 1e9
        return report
    }
}
