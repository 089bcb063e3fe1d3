// The statements about terms and their seats.

extension ProjectionStatement {
    var termSQL: String? {
        switch self {
        case .scheduleTerm:
            """
            INSERT INTO course_terms (
                id, created_at, updated_at, status, enrolled_count, held_count, course_id, term_number, start_date,
                end_date, capacity, admission, source_id, enrollment_closes_at, enrollment_opens_at)
            SELECT ?1, ?2, ?2, 'SCHEDULED', 0, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,
                (SELECT published_at FROM projection_courses WHERE id = ?4)
            WHERE ?1 = (SELECT coalesce(max(id), 0) + 1 FROM course_terms)
            """
        case .rememberTerm:
            "INSERT INTO projection_terms (id, starts_at, window_is_set) VALUES (?1, ?4, 0)"
        case .moveTerm:
            """
            UPDATE course_terms SET start_date = ?4, end_date = ?5, updated_at = ?2,
                enrollment_closes_at = CASE (SELECT window_is_set FROM projection_terms WHERE id = ?1)
                    WHEN 0 THEN ?6 ELSE enrollment_closes_at END
            WHERE id = ?1
            """
        case .rememberStart:
            "UPDATE projection_terms SET starts_at = ?4 WHERE id = ?1"
        case .changeAdmission:
            """
            UPDATE course_terms SET admission = ?4, updated_at = ?2,
                held_count = CASE ?4 WHEN 'APPROVAL' THEN (
                    SELECT count(*) FROM enrollments WHERE course_term_id = ?1 AND status = 'PENDING') ELSE 0 END
            WHERE id = ?1
            """
        case .setWindow:
            """
            UPDATE course_terms SET enrollment_opens_at = ?4, enrollment_closes_at = ?5, updated_at = ?2 WHERE id = ?1
            """
        case .unsetWindow:
            """
            UPDATE course_terms SET updated_at = ?2,
                enrollment_opens_at = (SELECT published_at FROM projection_courses WHERE id = course_terms.course_id),
                enrollment_closes_at = (SELECT starts_at FROM projection_terms WHERE id = ?1)
            WHERE id = ?1
            """
        case .rememberWindow:
            "UPDATE projection_terms SET window_is_set = ?4 WHERE id = ?1"
        case .changeCapacity:
            """
            UPDATE course_terms SET capacity = ?5, updated_at = ?2 WHERE id = ?1 AND capacity = ?4
            """
        case .startTerm:
            termTransition("'SCHEDULED'", to: "'ONGOING'")
        case .completeTerm:
            termTransition("'ONGOING'", to: "'COMPLETED'")
        case .cancelTerm:
            termTransition("'SCHEDULED', 'ONGOING'", to: "'CANCELLED'")
        case .countSeats:
            """
            UPDATE course_terms
            SET enrolled_count = enrolled_count + ?4, held_count = held_count + ?5, updated_at = ?2 WHERE id = ?1
            """
        default: nil
        }
    }

    private func termTransition(_ from: String, to: String) -> String { transition(of: "course_terms", from, to) }
}
