// Every statement of the live projection. A statement names the state that its event must find; where it changes no
// row, the event does not fit.

/// The statements, by what they do.
enum ProjectionStatement: Int, CaseIterable {
    case registerUser, updateUser, changeUserRole, activateUser, deactivateUser, suspendUser, reinstateUser,
        eraseUser, confirmErasure
    case createCourse, updateCourse, assignInstructor, publishCourse, rememberPublication, openWindows, closeCourse,
        reopenCourse, archiveCourse
    case scheduleTerm, rememberTerm, moveTerm, rememberStart, changeAdmission, setWindow, unsetWindow, rememberWindow,
        changeCapacity, startTerm, completeTerm, cancelTerm
    case lastEnrollment, admission, apply, applyAndApprove, approve, end, countSeats
    case refuse

    /// The SQL.
    ///
    /// The projection prepares all of them before its first event, so that none can be missing.
    ///
    /// Parameters: ?1 the id, ?2 recordedAt, ?3 effectiveAt, then what the event says.
    var sql: String {
        guard let sql = userSQL ?? courseSQL ?? termSQL ?? enrollmentSQL else {
            preconditionFailure("\(self) is the statement of an aggregate")
        }
        return sql
    }

    private var userSQL: String? {
        switch self {
        case .registerUser:
            """
            INSERT INTO users (id, created_at, updated_at, status, email, name, role, source_id)
            SELECT ?1, ?2, ?2, 'ACTIVE', ?4, ?5, ?6, ?7
            WHERE ?1 = (SELECT coalesce(max(id), 0) + 1 FROM users)
            """
        case .updateUser:
            """
            UPDATE users SET email = iif(?6, ?4, email), name = iif(?7, ?5, name), updated_at = ?2 WHERE id = ?1
            """
        case .changeUserRole:
            "UPDATE users SET role = ?4, updated_at = ?2 WHERE id = ?1"
        case .activateUser:
            userTransition("'INACTIVE'", to: "'ACTIVE'")
        case .deactivateUser:
            userTransition("'ACTIVE'", to: "'INACTIVE'")
        case .suspendUser:
            userTransition("'ACTIVE', 'INACTIVE'", to: "'SUSPENDED'")
        case .reinstateUser:
            userTransition("'SUSPENDED'", to: "'ACTIVE'")
        case .eraseUser:
            """
            UPDATE users SET status = 'ERASED', email = NULL, name = NULL, updated_at = ?2
            WHERE id = ?1 AND status <> 'ERASED'
            """
        case .confirmErasure:
            userTransition("'ERASED'", to: "'ERASED'")
        default: nil
        }
    }

    private var courseSQL: String? {
        switch self {
        case .createCourse:
            """
            INSERT INTO courses (
                id, created_at, updated_at, status, title, description, category, instructor_id, source_id)
            SELECT ?1, ?2, ?2, 'DRAFT', ?4, ?5, ?6, ?7, ?8
            WHERE ?1 = (SELECT coalesce(max(id), 0) + 1 FROM courses)
            """
        case .updateCourse:
            """
            UPDATE courses SET title = coalesce(?4, title), description = coalesce(?5, description),
                category = coalesce(?6, category), updated_at = ?2
            WHERE id = ?1
            """
        case .assignInstructor:
            "UPDATE courses SET instructor_id = ?4, updated_at = ?2 WHERE id = ?1"
        case .publishCourse:
            courseTransition("'DRAFT'", to: "'PUBLISHED'")
        case .rememberPublication:
            "INSERT INTO projection_courses (id, published_at) VALUES (?1, ?3)"
        case .openWindows:
            """
            UPDATE course_terms SET enrollment_opens_at = ?3, updated_at = ?2
            WHERE course_id = ?1 AND (SELECT window_is_set FROM projection_terms WHERE id = course_terms.id) = 0
            """
        case .closeCourse:
            courseTransition("'PUBLISHED'", to: "'CLOSED'")
        case .reopenCourse:
            courseTransition("'CLOSED'", to: "'PUBLISHED'")
        case .archiveCourse:
            courseTransition("'DRAFT', 'CLOSED'", to: "'ARCHIVED'")
        default: nil
        }
    }

    private var enrollmentSQL: String? {
        switch self {
        case .lastEnrollment:
            "SELECT coalesce(max(id), 0) FROM enrollments"
        case .admission:
            "SELECT admission = 'APPROVAL' FROM course_terms WHERE id = ?1"
        case .apply:
            """
            INSERT INTO enrollments (
                id, created_at, updated_at, applied_at, status, overbooked, user_id, course_term_id)
            VALUES (?1, ?2, ?2, ?3, 'PENDING', 0, ?4, ?5)
            """
        case .applyAndApprove:
            """
            INSERT INTO enrollments (
                id, created_at, updated_at, applied_at, processed_at, status, overbooked, user_id, course_term_id)
            VALUES (?1, ?2, ?2, ?3, ?3, 'APPROVED', ?6, ?4, ?5)
            """
        case .approve:
            """
            UPDATE enrollments SET status = 'APPROVED', overbooked = ?5, processed_at = ?3, updated_at = ?2
            WHERE id = ?1 AND course_term_id = ?4 AND status = 'PENDING'
            """
        case .end:
            """
            UPDATE enrollments SET status = ?6, processed_at = ?3, updated_at = ?2
            WHERE id = ?1 AND course_term_id = ?4 AND status = ?5
            """
        case .refuse:
            """
            INSERT INTO refusals (position, recorded_at, command, user_id, course_term_id, enrollment_id, code)
            VALUES (?1, ?2, ?4, ?5, ?6, ?7, ?8)
            """
        default: nil
        }
    }

    private func userTransition(_ from: String, to: String) -> String { transition(of: "users", from, to) }
    private func courseTransition(_ from: String, to: String) -> String { transition(of: "courses", from, to) }

    func transition(of table: String, _ from: String, _ to: String) -> String {
        "UPDATE \(table) SET status = \(to), updated_at = ?2 WHERE id = ?1 AND status IN (\(from))"
    }
}
