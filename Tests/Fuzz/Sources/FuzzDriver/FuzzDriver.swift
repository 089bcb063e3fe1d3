// The bridge to libFuzzer: one input at a time goes to the decoder that its first byte names.

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argc: UnsafeMutablePointer<Int32>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// What takes an input: it answers or throws, and never traps.
public typealias FuzzTarget = @Sendable (UnsafeRawBufferPointer) -> Void

// Unsafe is true here: it is set once, before libFuzzer calls from its one thread.
nonisolated(unsafe) private var targets: [FuzzTarget] = []

/// Runs libFuzzer over the targets until its arguments end it.
public func runFuzzer(
    _ argc: Int32, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, over all: [FuzzTarget]
) -> Int32 {
    targets = all
    var argc = argc
    var argv = argv
    return withUnsafeMutablePointer(to: &argc) { count in
        withUnsafeMutablePointer(to: &argv) { values in
            runDriver(count, values) { data, size in
                guard let data, size > 0 else { return 0 }
                targets[Int(data[0]) % targets.count](UnsafeRawBufferPointer(start: data + 1, count: size - 1))
                return 0
            }
        }
    }
}
