// When people may apply to a term.

extension EnrollmentState {
    /// The window in which people may apply: the one that was set, else from the first publication of the course to
    /// the first instant of the term's first day.
    ///
    /// `opensAt` is nil while it is not known: the course was never published, and no window was set. A default
    /// window may be empty, where the course was published after the term's first day.
    public func effectiveWindow(of term: Term) -> (opensAt: Timestamp?, closesAt: Timestamp) {
        if let window = term.window { return (window.opensAt, window.closesAt) }
        return (courses[term.course.slot].publishedAt, term.dates.startsAt)
    }

    /// The window step: half-open, and judged by its instants alone, whether the term is SCHEDULED or ONGOING.
    ///
    /// Where a default window is empty, it is over rather than still to come.
    func checkWindow(of id: TermID, at time: Timestamp) throws(Rejection) {
        let window = effectiveWindow(of: terms[id.slot])
        guard time < window.closesAt else { throw .enrollmentPeriodClosed(id, closesAt: window.closesAt) }
        guard let opensAt = window.opensAt, time >= opensAt else {
            throw .enrollmentPeriodNotOpen(id, opensAt: window.opensAt)
        }
    }
}
