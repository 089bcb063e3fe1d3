// SQLite alone, called as from C: the rows of a database into a new one with the same tables, sorted by key, the
// indexes after. What a rebuild could cost if it knew its rows from the start.

import CSQLiteBench
import Foundation

struct BulkInsert {
    private let source: String
    private let target: String

    init(copying source: String, to target: String) {
        self.source = source
        self.target = target
    }

    /// How many rows were written in how long; reading them is not counted.
    func run() throws -> (rows: Int64, seconds: Double) {
        var result = bulk_insert_result()
        guard bulk_insert(source, target, &result) == 0 else {
            let message = withUnsafeBytes(of: result.message) { Array($0.prefix { $0 != 0 }) }
            throw Failure(String(decoding: message, as: UTF8.self))
        }
        return (result.rows, result.seconds)
    }
}
