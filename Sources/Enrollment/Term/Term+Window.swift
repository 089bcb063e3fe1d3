// When people may apply to a term.

extension EnrollmentState {
    /// The window in which people may apply: the one that was set, else from the first publication of the course to
    /// the first instant of the term's first day.
    ///
    /// `opensAt` is nil while it is not known: the course was never published, and no window was set. A default
    /// window may be empty, where the course was published after the term's first day.
    public func effectiveWindow(of term: Term) -> (opensAt: Timestamp?, closesAt: Timestamp) {
        effectiveWindow(set: term.window, course: term.course, startsAt: term.dates.startsAt)
    }

    /// Takes the parts, so that applying does not copy a whole term with its texts.
    private func effectiveWindow(
        set window: EnrollmentWindow?, course: CourseID, startsAt: Timestamp
    ) -> (opensAt: Timestamp?, closesAt: Timestamp) {
        if let window { return (window.opensAt, window.closesAt) }
        return (courses[course.slot].publishedAt, startsAt)
    }

    /// The window step: half-open, and judged by its instants alone, whether the term is SCHEDULED or ONGOING.
    ///
    /// Where a default window is empty, it is over rather than still to come.
    func checkWindow(of id: TermID, at time: Timestamp) throws(Rejection) {
        let slot = id.slot
        let window = effectiveWindow(
            set: terms[slot].window, course: terms[slot].course, startsAt: terms[slot].dates.startsAt)
        guard time < window.closesAt else { throw .enrollmentPeriodClosed(id, closesAt: window.closesAt) }
        guard let opensAt = window.opensAt, time >= opensAt else {
            throw .enrollmentPeriodNotOpen(id, opensAt: window.opensAt)
        }
    }
}
