// What a refusal is told as.

import EventLog

/// The code of the log's error that the body ends with; `nil` where it ends well, or with another error.
func code(_ body: () throws -> Void) -> LogError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? LogError)?.code
    }
}
