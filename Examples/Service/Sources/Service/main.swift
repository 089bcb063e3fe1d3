// Enrollment over HTTP, on the loopback interface alone: `Service [STORE [PORT]]`, by default ./store and 8080.
//
// It has no authentication: whoever stands in front of it says in `Enrollment-User` who asks. SIGTERM and SIGINT shut
// it down: requests end, the tables catch up, and then the log is closed. A failure is one line, and exit code 2.

import Foundation
import Hummingbird
import Logging

let arguments = CommandLine.arguments.dropFirst().map(\.self)
guard arguments.count <= 2, let port = Int(arguments.dropFirst().first ?? "8080"), (0...65_535).contains(port) else {
    print("Usage: Service [STORE [PORT]]")
    exit(64)
}
let store = arguments.first ?? "store"
do {
    let registration = try await Registration.open(at: store, logger: Logger(label: "service"))
    try await registration.application(port: port).runService()
} catch {
    // Left to the runtime, a port in use would end in a trap with a stack trace.
    let problem = "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    FileHandle.standardError.write(Data("Service: store \(store), port \(port): \(problem)\n".utf8))
    exit(2)
}
