// How ids and actors are written on the command line, and what they stand for in a store.

import ArgumentParser
import Enrollment
import EnrollmentEngine

/// A user, course or term: by its number, or by the outside world's id after an `@`.
enum Reference: ExpressibleByArgument {
    case number(Int64)
    case sourceID(String)

    init?(argument: String) {
        if argument.hasPrefix("@"), argument.utf8.count > 1 {
            self = .sourceID(String(argument.dropFirst()))
        } else if let number = Int64(argument) {
            self = .number(number)
        } else {
            return nil
        }
    }
}

/// Who gives a command: the system, or a user.
enum ActorReference: ExpressibleByArgument {
    case system
    case user(Reference)

    init?(argument: String) {
        if argument == "system" {
            self = .system
        } else if let reference = Reference(argument: argument) {
            self = .user(reference)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .system: "system"
        case .user(.number(let number)): "\(number)"
        case .user(.sourceID(let name)): "@\(name)"
        }
    }
}

/// Resolves references in one store.
struct Names {
    let sourceIDs: any SourceIDs

    func user(_ reference: Reference) throws -> UserID {
        UserID(try number(reference, "user") { sourceIDs.user(sourceID: $0)?.rawValue })
    }

    func course(_ reference: Reference) throws -> CourseID {
        CourseID(try number(reference, "course") { sourceIDs.course(sourceID: $0)?.rawValue })
    }

    func term(_ reference: Reference) throws -> TermID {
        TermID(try number(reference, "term") { sourceIDs.term(sourceID: $0)?.rawValue })
    }

    func actor(_ reference: ActorReference) throws -> Actor {
        switch reference {
        case .system: .system
        case .user(let user): .user(try self.user(user))
        }
    }

    private func number(_ reference: Reference, _ kind: String, _ find: (String) -> Int64?) throws -> Int64 {
        switch reference {
        case .number(let number): return number
        case .sourceID(let name):
            if let number = find(name) { return number }
            throw Self.unknown(kind, name)
        }
    }

    static func unknown(_ kind: String, _ name: String) -> Failure {
        Failure(
            message: "no \(kind) has the source id \"\(name.shortened())\"; "
                + "'enroll show \(kind)s' lists those there are",
            exitCode: ExitStatus.refused)
    }
}
