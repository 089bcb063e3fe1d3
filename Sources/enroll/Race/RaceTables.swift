// The read tables of a race against the naive model's seats: two ways from one log.

import CapacityRace
import Enrollment
import EnrollmentEngine
import EnrollmentReadModel

enum RaceTables {
    /// What differs, in words; at most a few lines.
    static func differences(_ layout: StoreLayout, _ result: RaceResult) throws -> [String] {
        let tables = try ReadTables.open(at: layout)
        var differences: [String] = []
        let rows = try tables.terms()
        if rows.count != result.seats.count {
            differences.append("the tables have \(rows.count) terms, the log has \(result.seats.count)")
        }
        for (row, seats) in zip(rows, result.seats) {
            let taken = row.enrolledCount + row.heldCount
            if taken != seats.taken || row.capacity != seats.capacity {
                differences.append(
                    "term \(row.id): the tables say \(taken) of \(row.capacity) seats, the naive model \(seats.taken) "
                        + "of \(seats.capacity)")
            }
        }
        var left = result.holders
        for row in try tables.enrollments() where row.status.isLive {
            let term = Int(row.term.rawValue) - 1
            guard left.indices.contains(term), left[term].removeValue(forKey: row.user.rawValue) == row.id.rawValue
            else {
                differences.append("enrollment \(row.id) has a seat in the tables only")
                continue
            }
        }
        for (term, holders) in left.enumerated() where !holders.isEmpty {
            differences.append("term \(term + 1): \(holders.count) people have a seat by the log only")
        }
        return Array(differences.prefix(20))
    }
}
