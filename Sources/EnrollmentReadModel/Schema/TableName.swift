// The tables and their columns by name: what comparison, bulk writing and queries are driven by.

/// A table of the read model.
package enum TableName: String, CaseIterable, Sendable {
    case users
    case courses
    case terms = "course_terms"
    case enrollments
    case refusals
    case projection
    case publications = "projection_courses"
    case windowBasis = "projection_terms"

    /// The columns, in the order of the table; the first is the primary key.
    package var columns: [String] {
        switch self {
        case .users: ["id", "source_id", "email", "name", "role", "status", "created_at", "updated_at"]
        case .courses:
            [
                "id", "source_id", "title", "description", "category", "instructor_id", "status", "created_at",
                "updated_at",
            ]
        case .terms:
            [
                "id", "source_id", "course_id", "term_number", "start_date", "end_date", "capacity", "enrolled_count",
                "held_count", "admission", "enrollment_opens_at", "enrollment_closes_at", "status", "created_at",
                "updated_at",
            ]
        case .enrollments:
            [
                "id", "user_id", "course_term_id", "status", "overbooked", "applied_at", "processed_at", "created_at",
                "updated_at",
            ]
        case .refusals:
            ["position", "command", "user_id", "course_term_id", "enrollment_id", "code", "recorded_at"]
        case .projection: ["name", "store_id", "epoch", "position", "version"]
        case .publications: ["id", "published_at"]
        case .windowBasis: ["id", "starts_at", "window_is_set"]
        }
    }

    /// Whether the table is the projection's own memory rather than something to query.
    var isInternal: Bool { self == .publications || self == .windowBasis }

    /// Reads every row in primary key order.
    var selection: String { "SELECT \(columns.joined(separator: ", ")) FROM \(rawValue) ORDER BY \(columns[0])" }

    /// Inserts one row, all columns bound.
    var insertion: String {
        let places = columns.map { _ in "?" }.joined(separator: ", ")
        return "INSERT INTO \(rawValue) (\(columns.joined(separator: ", "))) VALUES (\(places))"
    }
}
