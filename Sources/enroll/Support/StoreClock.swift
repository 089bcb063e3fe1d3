// The one place that knows which clock the program runs on.

import Enrollment
import EnrollmentEngine
import Foundation

/// The program's clock: the machine's, or the instant that `ENROLL_CLOCK` names.
///
/// `ENROLL_CLOCK=2027-01-04T09:00:00Z enroll …` runs one command at that instant, so that examples and tests give the
/// same log every time. It is no way around the rules: the engine still never lets recorded time run back.
enum StoreClock {
    static func chosen() throws -> any EngineClock {
        guard let text = ProcessInfo.processInfo.environment["ENROLL_CLOCK"], !text.isEmpty else {
            return SystemClock()
        }
        guard let instant = try StoreCalendar(timeZone: "UTC").timestamp(text) else {
            throw Failure.usage(
                "ENROLL_CLOCK is \"\(text.shortened())\", which is no instant; write one such as 2027-01-04T09:00:00Z")
        }
        return ManualClock(instant)
    }
}
