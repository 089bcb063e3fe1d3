// Mounts that nobody else sees and that vanish with the process, however it ends.

import Glibc

/// A mount namespace of one's own.
enum PrivateMounts {
    private static let mark = "TORTURE_PRIVATE_MOUNTS"

    /// Starts this program again within a namespace of its own, unless that has happened; without root it does nothing.
    ///
    /// The kernel unmounts what is mounted there, and frees the loop devices, when the last process in it is gone.
    static func enter() {
        guard geteuid() == 0, getenv(mark) == nil, isInstalled("unshare") else { return }
        setenv(mark, "1", 1)
        // Logs are opened some thousand times a second; their memory must not go back to the system each time.
        setenv("MALLOC_TRIM_THRESHOLD_", "1073741824", 0)
        setenv("MALLOC_MMAP_THRESHOLD_", "1073741824", 0)
        var words =
            (["unshare", "--mount", "--", TortureProgram.path] + CommandLine.arguments.dropFirst())
            .map { strdup($0) } + [nil]
        execvp("unshare", &words)
        // Without a namespace each proof still unmounts what it mounted.
    }
}
