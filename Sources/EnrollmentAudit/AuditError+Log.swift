// What an audit says about events that no engine writes: whoever changed the log may have.

internal import Enrollment
package import EnrollmentEngine

extension AuditError {
    /// The log tells a story that cannot be.
    package static func impossible(_ event: RecordedEvent) -> AuditError {
        AuditError(
            .log,
            "The \(event.event.type.name) at position \(event.position) cannot follow what happened before it: "
                + "run `enroll verify`.")
    }
}

extension RecordedEvent {
    /// The log keeps any number; what is computed and written needs times that a calendar has.
    package func checkTimes() throws(AuditError) {
        let known = Timestamp.earliest...Timestamp.latest
        guard known.contains(time.recordedAt), known.contains(time.effectiveTime) else {
            throw AuditError(
                .log,
                "The event at position \(position) has a time outside of the years 1 to 9999, which no engine "
                    + "writes. Compare the log with a copy that you trust.")
        }
    }
}
