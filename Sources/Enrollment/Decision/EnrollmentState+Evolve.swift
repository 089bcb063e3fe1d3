// The pure half of the decider that changes state: what an event means. Total over every history that was decided.

extension EnrollmentState {
    /// Applies a fact. Complexity: O(1), except for the events that end many enrollments, which come one by one.
    public mutating func evolve(_ event: Event, at time: EventTime) {
    }
}
