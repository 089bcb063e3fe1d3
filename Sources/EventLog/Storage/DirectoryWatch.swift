// Waiting for changes of a directory instead of looking again and again; inotify where there is one.

internal import Glibc

/// A watch of a directory, for one waiting thread.
public protocol DirectoryWatch: Sendable {
    /// Waits until something may have changed since the last wait, it was interrupted, or the time has passed.
    func wait(timeoutMilliseconds: Int)
    /// Ends the present and every later wait at once; from any thread.
    func interrupt()
}

/// A watch that sees nothing: waits end with their time.
final class BlindWatch: DirectoryWatch {
    private let monitor = Monitor(false)

    func wait(timeoutMilliseconds: Int) {
        let deadline = Monitor<Bool>.now() + Int64(max(0, timeoutMilliseconds)) * 1_000_000
        monitor.lock()
        while !monitor.state.pointee, monitor.waitForWork(until: deadline) {}
        monitor.unlock()
    }

    func interrupt() {
        monitor.withLock { $0 = true }
        monitor.signalWork()
    }
}

/// A watch by inotify: writes to one file, and files that come, go or are renamed in its directory.
final class InotifyWatch: DirectoryWatch {
    private let directory: String
    private let file: String
    private let descriptor: Int32
    /// A pipe that is written to once, and never read, to interrupt.
    private let interruption: (reading: Int32, writing: Int32)

    /// Begins to watch; `nil` when the system has no watches left.
    init?(_ directory: String, file: String) {
        self.directory = directory
        self.file = file
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            Glibc.close(descriptor)
            return nil
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        interruption = (ends[0], ends[1])
        watch()
    }

    deinit {
        Glibc.close(descriptor)
        Glibc.close(interruption.reading)
        Glibc.close(interruption.writing)
    }

    /// Names what is watched, again each time: file and directory may have been replaced, and naming them twice is
    /// none.
    private func watch() {
        inotify_add_watch(descriptor, directory, UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVE_SELF | IN_DELETE_SELF))
        inotify_add_watch(descriptor, directory + "/" + file, UInt32(IN_MODIFY))
    }

    func wait(timeoutMilliseconds: Int) {
        watch()
        var sources = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: interruption.reading, events: Int16(POLLIN), revents: 0),
        ]
        // Interrupted by a signal it returns early, which every caller takes for a change.
        guard poll(&sources, 2, Int32(clamping: max(0, timeoutMilliseconds))) > 0 else { return }
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
        }
    }

    func interrupt() {
        var byte: UInt8 = 1
        // A full pipe has been written to before, which is all that is wanted.
        _ = write(interruption.writing, &byte, 1)
    }
}
