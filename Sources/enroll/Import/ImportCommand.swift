// enroll import: real input, as a plan of commands that can be broken off anywhere and run again.

import ArgumentParser
import Enrollment
import EnrollmentEngine
import Foundation

/// Groups the importers.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import tables of users, courses, terms and what happened to enrollments.",
        discussion: """
            An import gives the engine one command after the other, in a fixed order, with ids that follow from the \
            rows. So it can be stopped anywhere, even by a power cut, and run again: it goes on where it stopped, and \
            a second run of a finished import changes nothing. A row that a rule refuses is no error: the refusal is \
            counted, and reported with file, line, code and the values observed.

            Exit codes: 0 every row was decided; 1 a row was malformed, or nothing was done because of \
            --max-cancel-ratio, or --stop-on-refusal stopped; 2 could not run; 130 interrupted.
            """,
        subcommands: [OULADImport.self, CSVImport.self, SeatsImport.self])
}

/// The subcommand `import oulad`.
struct OULADImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "oulad",
        abstract: "Import the registrations of the Open University Learning Analytics Dataset.",
        discussion: """
            DIR holds courses.csv and studentRegistration.csv. A module becomes a course, a presentation a term (B \
            starts on 1 February, J on 1 October), a registration an application with its approval, an unregistration \
            a cancellation. The dataset has no capacities: each term gets a part of the most people that it ever had. \
            A row without a day of registration counts as registered on day 0, or on the day of leaving if that was \
            earlier, and is reported.

              enroll import oulad data/oulad --store university --report rejected.csv
              enroll import oulad data/oulad --store university --dry-run --format json
            """)

    @Argument(help: ArgumentHelp("The directory with the two files.", valueName: "dir"))
    var directory: String

    @Option(help: ArgumentHelp("Seats of a term, as a percentage of its peak.", valueName: "percent"))
    var capacityPercent = 80

    @OptionGroup var common: ImportArguments

    func validate() throws {
        guard (1...1000).contains(capacityPercent) else {
            throw ValidationError("--capacity-percent must be from 1 to 1000.")
        }
    }

    func run() async throws {
        let (directory, percent) = (directory, capacityPercent)
        try await common.run { calendar in
            try OULADPlanner.plan(directory: directory, capacityPercent: percent, calendar: calendar)
        }
    }
}

/// The subcommand `import csv`.
struct CSVImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csv",
        abstract: "Import tables of users, courses and terms, and a journal of actions.",
        discussion: """
            DIR holds any of these files, each with a header:

              users.csv    source_id,email,name,role[,status]
              courses.csv  source_id,title,description,category,instructor,status
              terms.csv    source_id,course,term_number,start_date,end_date,capacity,admission,
                           enrollment_opens_at,enrollment_closes_at
              actions.csv  at,actor,action,user,term,value,override,reason

            An action is apply, approve, reject, cancel, enroll-directly, start-term, complete-term, cancel-term or \
            capacity (with value). The actor is a source id with an operator's powers, or empty for the system. Times \
            are local to the store or carry an offset. A user's status, and that a course is published, hold before \
            the actions; that it is closed or archived, after them. Actions are decided once, in the order of the \
            file: later imports may add rows at its end, and a row put in before stored ones is skipped and reported. \
            A term without a window of its own opens when the import publishes its course, so back-dated actions need \
            one.

              enroll import csv university --store university.store --dry-run
            """)

    @Argument(help: ArgumentHelp("The directory with the files.", valueName: "dir"))
    var directory: String

    @OptionGroup var common: ImportArguments

    func run() async throws {
        let directory = directory
        try await common.run { try UniversityPlanner.plan(directory: directory, calendar: $0) }
    }
}

/// The subcommand `import seats`.
struct SeatsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seats",
        abstract: "Import polled seat counts of sections, with made-up people.",
        discussion: """
            FILE has the columns section,time,enrolled,available,waitlisted,total: the totals that polling saw, in \
            UTC. Between two polls of a section people leave first (the latest first), then the capacity changes, then \
            people join; above the capacity by override. A total of 0 becomes a capacity of 1, the least that a term \
            can have, and is reported. Sections are terms of fall 2022 that stay SCHEDULED.

              enroll import seats changes.csv --store seats.store
            """)

    @Argument(help: ArgumentHelp("The file.", valueName: "file"))
    var file: String

    @OptionGroup var common: ImportArguments

    func run() async throws {
        let file = file
        try await common.run { try SeatsPlanner.plan(path: file, calendar: $0) }
    }
}
