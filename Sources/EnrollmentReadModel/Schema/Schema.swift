// Every table, index and number of the schema. A change of the public columns raises `version`.

internal import Enrollment

/// The shape of the read tables.
///
/// Tables are STRICT and WITHOUT ROWID, so that the same rows give the same file. Times are microseconds since 1970 in
/// UTC, dates `YYYY-MM-DD`. Which column says what stands in the comments of the statements below, which SQLite keeps
/// and `.schema` shows.
package enum Schema {
    /// `PRAGMA user_version`.
    ///
    /// Tables of another version are not migrated but built again from the log.
    package static let version: Int64 = 2
    /// `PRAGMA application_id`: the letters `ENRL`.
    package static let applicationID: Int64 = 0x454E_524C
    /// The name of the checkpoint row of these tables.
    static let checkpointName = "read"

    static let users = """
        CREATE TABLE users (
            id INTEGER NOT NULL PRIMARY KEY,
            source_id TEXT,
            email TEXT,  -- NULL, as the name, once the user is erased, and where nobody has the key
            name TEXT,
            role TEXT NOT NULL \(check("role", isOneOf: Role.self)),
            status TEXT NOT NULL \(check("status", isOneOf: UserStatus.self)),
            created_at INTEGER NOT NULL,  -- when its first event was recorded
            updated_at INTEGER NOT NULL   -- when the last event that changed the row was recorded
        ) STRICT, WITHOUT ROWID
        """

    static let courses = """
        CREATE TABLE courses (
            id INTEGER NOT NULL PRIMARY KEY,
            source_id TEXT,
            title TEXT NOT NULL,
            description TEXT NOT NULL,
            category TEXT NOT NULL,
            instructor_id INTEGER REFERENCES users (id),
            status TEXT NOT NULL \(check("status", isOneOf: CourseStatus.self)),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    static let terms = """
        CREATE TABLE course_terms (
            id INTEGER NOT NULL PRIMARY KEY,
            source_id TEXT,
            course_id INTEGER NOT NULL REFERENCES courses (id),
            term_number INTEGER NOT NULL,
            start_date TEXT NOT NULL,
            end_date TEXT NOT NULL,
            capacity INTEGER NOT NULL CHECK (capacity >= 1),
            enrolled_count INTEGER NOT NULL CHECK (enrolled_count >= 0),  -- APPROVED enrollments
            held_count INTEGER NOT NULL CHECK (held_count >= 0),  -- PENDING ones, where they hold a seat
            admission TEXT NOT NULL \(check("admission", isOneOf: Admission.self)),
            enrollment_opens_at INTEGER,  -- as set, else the course's first publication; NULL before it
            enrollment_closes_at INTEGER NOT NULL,  -- as set, else the first instant of start_date
            status TEXT NOT NULL \(check("status", isOneOf: TermStatus.self)),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            CHECK (start_date <= end_date)
        ) STRICT, WITHOUT ROWID
        """

    static let enrollments = """
        CREATE TABLE enrollments (
            id INTEGER NOT NULL PRIMARY KEY,
            user_id INTEGER NOT NULL REFERENCES users (id),
            course_term_id INTEGER NOT NULL REFERENCES course_terms (id),
            status TEXT NOT NULL \(check("status", isOneOf: EnrollmentStatus.self)),
            overbooked INTEGER NOT NULL CHECK (overbooked = 0 OR overbooked = 1),  -- approved when no seat was free
            applied_at INTEGER NOT NULL,  -- the effective time of the application
            processed_at INTEGER,  -- the effective time of what made the present status; NULL while PENDING
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            CHECK ((processed_at IS NULL) = (status = 'PENDING'))
        ) STRICT, WITHOUT ROWID
        """

    static let refusals = """
        CREATE TABLE refusals (
            position INTEGER NOT NULL PRIMARY KEY,  -- of the refusal in the log
            command TEXT NOT NULL,
            user_id INTEGER NOT NULL REFERENCES users (id),
            course_term_id INTEGER NOT NULL REFERENCES course_terms (id),
            enrollment_id INTEGER REFERENCES enrollments (id),  -- NULL for an application
            code TEXT NOT NULL,
            recorded_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    static let projection = """
        CREATE TABLE projection (
            name TEXT NOT NULL PRIMARY KEY,
            store_id TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            position INTEGER NOT NULL CHECK (position >= 0),  -- the last event that the tables hold
            version INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    /// A list in `IN` would be made into a temporary index for every row that is written, which took two thirds of the
    /// time of a rebuild; comparisons cost nothing that can be measured.
    private static func check<Value: NamedValue>(_ column: String, isOneOf: Value.Type) -> String {
        "CHECK (\(Value.allCases.map { "\(column) = '\($0.name)'" }.joined(separator: " OR ")))"
    }

    /// What the projection must remember to keep the effective windows right, and no public column shows.
    static let windowBasis = [
        """
        CREATE TABLE projection_courses (
            id INTEGER NOT NULL PRIMARY KEY REFERENCES courses (id),
            published_at INTEGER NOT NULL  -- the effective time of the first publication
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE projection_terms (
            id INTEGER NOT NULL PRIMARY KEY REFERENCES course_terms (id),
            starts_at INTEGER NOT NULL,  -- the first instant of start_date
            window_is_set INTEGER NOT NULL CHECK (window_is_set = 0 OR window_is_set = 1)
        ) STRICT, WITHOUT ROWID
        """,
    ]

    /// In the order in which foreign keys allow them to be filled.
    static let tables = [users, courses, terms, enrollments, refusals, projection] + windowBasis

    /// Made after the rows in a rebuild, where sorting once is cheaper than many insertions.
    static let indexes = [
        "CREATE UNIQUE INDEX users_email ON users (email)",
        "CREATE UNIQUE INDEX users_source_id ON users (source_id) WHERE source_id IS NOT NULL",
        "CREATE UNIQUE INDEX courses_source_id ON courses (source_id) WHERE source_id IS NOT NULL",
        "CREATE INDEX courses_instructor ON courses (instructor_id) WHERE instructor_id IS NOT NULL",
        "CREATE UNIQUE INDEX course_terms_source_id ON course_terms (source_id) WHERE source_id IS NOT NULL",
        "CREATE UNIQUE INDEX course_terms_number ON course_terms (course_id, term_number)",
        "CREATE INDEX course_terms_status ON course_terms (status)",
        """
        CREATE UNIQUE INDEX enrollments_live ON enrollments (user_id, course_term_id)
            WHERE status IN ('PENDING', 'APPROVED')
        """,
        "CREATE INDEX enrollments_term_status ON enrollments (course_term_id, status)",
        "CREATE INDEX enrollments_user ON enrollments (user_id)",
        "CREATE INDEX refusals_term ON refusals (course_term_id)",
        "CREATE INDEX refusals_user ON refusals (user_id)",
    ]
}
