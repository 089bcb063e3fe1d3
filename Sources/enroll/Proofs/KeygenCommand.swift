// Makes the key that a log's checkpoints are signed with.

import ArgumentParser
import EnrollmentEngine
import Transparency

struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "Make a key to sign checkpoints with, and print the key that checks them.",
        discussion: """
            The secret key goes into a new file that only you can read: keep it away from the store and from whoever \
            may write to the store. What is printed is the public key: publish it where auditors find it. A key bears \
            the name of its log, which is the origin that 'enroll init' was given.

            EXAMPLES
              enroll keygen enroll.example/2027 --into ~/keys/spring.key > spring.pub
            """)

    @OptionGroup var output: OutputOptions
    @Argument(help: "The log's origin.") var name: String
    @Option(help: ArgumentHelp("The file to make for the secret key.", valueName: "file")) var into: String

    func run() throws {
        let key: SignerKey
        do throws(TransparencyError) { key = try SignerKey(name: name) } catch {
            throw Failure.usage(Failure.sentence(error.message))
        }
        if let store = SmallFile.store(around: into) {
            throw Failure.couldNotRun("\(into) lies in the store \(store): whoever gets the log would get the key")
        }
        try SmallFile.make(into, Array((key.secretText + "\n").utf8))
        guard output.isJSON else { return try StandardOutput.shared.writeLine("\(key.verifierKey)") }
        var writer = JSONWriter()
        writer.openObject()
        writer.field("name", key.name)
        writer.field("verifierKey", "\(key.verifierKey)")
        writer.field("file", into)
        writer.closeObject()
        try StandardOutput.shared.write(writer)
    }
}
