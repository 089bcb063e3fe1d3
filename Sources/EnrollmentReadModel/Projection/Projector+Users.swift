// What events about users and courses change.

internal import Enrollment

extension Projector {
    func projectUser(_ event: Event) throws {
        switch event {
        case .userRegistered(let id, let email, let name, let role, let sourceID):
            try one(.registerUser, id) {
                $0.bind(4, email.plain)
                $0.bind(5, name.plain)
                $0.bind(6, Names.role[role])
                $0.bind(7, sourceID)
            }
        case .userUpdated(let id, let email, let name):
            try one(.updateUser, id) {
                $0.bind(4, email?.plain)
                $0.bind(5, name?.plain)
                $0.bind(6, email == nil ? 0 : 1)
                $0.bind(7, name == nil ? 0 : 1)
            }
        case .userRoleChanged(let id, let role): try one(.changeUserRole, id) { $0.bind(4, Names.role[role]) }
        case .userActivated(let id): try one(.activateUser, id)
        case .userDeactivated(let id): try one(.deactivateUser, id)
        case .userSuspended(let id, _): try one(.suspendUser, id)
        case .userReinstated(let id): try one(.reinstateUser, id)
        case .erasureRequested(let id): try one(.eraseUser, id)
        case .userErased(let id): try one(.confirmErasure, id)
        default: preconditionFailure("only events about users come here")
        }
    }

    func projectCourse(_ event: Event) throws {
        switch event {
        case .courseCreated(let id, let title, let description, let category, let instructor, let sourceID):
            try one(.createCourse, id) {
                $0.bind(4, title)
                $0.bind(5, description)
                $0.bind(6, category)
                $0.bind(7, instructor?.rawValue)
                $0.bind(8, sourceID)
            }
        case .courseUpdated(let id, let title, let description, let category):
            try one(.updateCourse, id) {
                $0.bind(4, title)
                $0.bind(5, description)
                $0.bind(6, category)
            }
        case .instructorAssigned(let id, let instructor):
            try one(.assignInstructor, id) { $0.bind(4, instructor?.rawValue) }
        case .coursePublished(let id):
            try one(.publishCourse, id)
            try one(.rememberPublication, id)
            try any(.openWindows, id.rawValue)
        case .courseClosed(let id): try one(.closeCourse, id)
        case .courseReopened(let id): try one(.reopenCourse, id)
        case .courseArchived(let id): try one(.archiveCourse, id)
        default: preconditionFailure("only events about courses come here")
        }
    }
}
