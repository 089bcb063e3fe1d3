// What libraries free with a key in it.

internal import Glibc

/// Overwrites the blocks of memory of that size that this thread freed last.
///
/// Swift Crypto overwrites its keys, but not the schedule that it makes of one for AES-GCM, which begins with the key,
/// nor the bytes of a key that it unwraps: they would stay in freed memory when the key is destroyed. glibc gives a
/// thread the blocks that it freed last for the next ones of that size; three, since a text of just that size may have
/// been freed behind. Another allocator may not, and then this does nothing; a look into a process's memory tests it.
@inline(never)
package func overwriteFreed(_ block: FreedBlock) {
    let (latest, second, third) = (malloc(block.rawValue), malloc(block.rawValue), malloc(block.rawValue))
    overwriteAndFree(third, block)
    overwriteAndFree(second, block)
    overwriteAndFree(latest, block)
}

private func overwriteAndFree(_ memory: UnsafeMutableRawPointer?, _ block: FreedBlock) {
    if let memory { explicit_bzero(memory, block.rawValue) }
    free(memory)
}

/// The sizes of such blocks, in bytes.
package enum FreedBlock: Int {
    /// The context of AES-GCM with its key schedule.
    case schedule = 600
    /// An array with the 40 bytes into which a key is unwrapped.
    case unwrapped = 72
}
