// The invariants of the domain as SQL: every row that a query gives breaks one, with its key and what is wrong.

/// A question to the tables whose right answer is no row.
struct InvariantQuery {
    /// The number of the invariant.
    let number: Int
    let table: TableName
    /// Gives the key of the row and a message.
    let sql: String

    /// Invariant 3 needs the history and is checked on the fold; 12 to 15 are about the log or hold by comparison.
    static let all: [InvariantQuery] = counts + enrollments + courses + values + references

    private static let counts = [
        InvariantQuery(
            number: 1, table: .terms,
            sql: """
                SELECT id, 'enrolled_count is ' || enrolled_count || ', and ' || n || ' enrollments are APPROVED'
                FROM (SELECT t.id, t.enrolled_count, (SELECT count(*) FROM enrollments e
                    WHERE e.course_term_id = t.id AND e.status = 'APPROVED') AS n FROM course_terms t)
                WHERE enrolled_count <> n ORDER BY id
                """),
        InvariantQuery(
            number: 2, table: .terms,
            sql: """
                SELECT id, 'held_count is ' || held_count || ', and ' || n || ' enrollments hold a seat'
                FROM (SELECT t.id, t.held_count, CASE t.admission WHEN 'APPROVAL' THEN (
                    SELECT count(*) FROM enrollments e WHERE e.course_term_id = t.id AND e.status = 'PENDING')
                    ELSE 0 END AS n FROM course_terms t)
                WHERE held_count <> n ORDER BY id
                """),
        InvariantQuery(
            number: 5, table: .terms,
            sql: """
                SELECT id, 'enrolled_count is ' || enrolled_count || ', held_count ' || held_count
                FROM course_terms WHERE enrolled_count < 0 OR held_count < 0 ORDER BY id
                """),
    ]

    private static let enrollments = [
        InvariantQuery(
            number: 4, table: .enrollments,
            sql: """
                SELECT max(id), 'user ' || user_id || ' has ' || count(*) || ' live enrollments in term '
                    || course_term_id
                FROM enrollments NOT INDEXED WHERE status IN ('PENDING', 'APPROVED')
                GROUP BY user_id, course_term_id HAVING count(*) > 1
                """),
        InvariantQuery(
            number: 6, table: .enrollments,
            sql: """
                SELECT id, CASE
                    WHEN processed_at IS NULL THEN 'is ' || status || ' without processed_at'
                    WHEN status = 'PENDING' THEN 'is PENDING with processed_at ' || processed_at
                    ELSE 'was processed at ' || processed_at || ', before it was applied for at ' || applied_at END
                FROM enrollments
                WHERE (processed_at IS NULL) <> (status = 'PENDING') OR applied_at > processed_at ORDER BY id
                """),
        InvariantQuery(
            number: 7, table: .enrollments,
            sql: """
                SELECT e.id, 'is ' || e.status || ' in term ' || t.id || ', which is ' || t.status
                FROM course_terms t JOIN enrollments e ON e.course_term_id = t.id
                WHERE (t.status = 'CANCELLED' AND e.status IN ('PENDING', 'APPROVED'))
                    OR (t.status = 'COMPLETED' AND e.status = 'PENDING')
                """),
    ]

    private static let courses = [
        InvariantQuery(
            number: 8, table: .courses,
            sql: """
                SELECT c.id, 'is ARCHIVED and has term ' || t.id || ', which is ' || t.status
                FROM courses c JOIN course_terms t ON t.course_id = c.id
                WHERE c.status = 'ARCHIVED' AND t.status NOT IN ('COMPLETED', 'CANCELLED')
                """)
    ]

    private static let values = [
        InvariantQuery(
            number: 9, table: .users,
            sql: """
                SELECT max(id), 'shares the e-mail address ' || email || ' with user ' || min(id)
                FROM users NOT INDEXED WHERE email IS NOT NULL GROUP BY email HAVING count(*) > 1
                """),
        InvariantQuery(
            number: 9, table: .users,
            sql: """
                SELECT id, 'the e-mail address ' || email || ' is not normalised'
                FROM users WHERE email <> lower(trim(email))
                """),
        InvariantQuery(
            number: 10, table: .terms,
            sql: """
                SELECT max(id), 'has the number ' || term_number || ' of term ' || min(id) || ' in course ' || course_id
                FROM course_terms NOT INDEXED GROUP BY course_id, term_number HAVING count(*) > 1
                """),
        InvariantQuery(
            number: 10, table: .terms,
            sql: """
                SELECT id, 'runs from ' || start_date || ' to ' || end_date || ' with a capacity of ' || capacity
                FROM course_terms WHERE start_date > end_date OR capacity < 1
                """),
    ]

    private static let references = [
        reference(.courses, "instructor_id", .users),
        reference(.terms, "course_id", .courses),
        reference(.enrollments, "user_id", .users),
        reference(.enrollments, "course_term_id", .terms),
        reference(.refusals, "user_id", .users),
        reference(.refusals, "course_term_id", .terms),
        reference(.refusals, "enrollment_id", .enrollments),
    ]

    private static func reference(_ table: TableName, _ column: String, _ parent: TableName) -> InvariantQuery {
        InvariantQuery(
            number: 11, table: table,
            sql: """
                SELECT \(table.columns[0]), '\(column) is ' || \(column) || ', which is not in \(parent.rawValue)'
                FROM \(table.rawValue) AS child
                WHERE \(column) IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM \(parent.rawValue) WHERE id = child.\(column))
                ORDER BY 1
                """)
    }
}
