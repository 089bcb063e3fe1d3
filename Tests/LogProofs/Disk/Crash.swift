// What a power cut leaves: one sample by the toss of a coin, or every survivor there can be.

internal import EnrollmentTesting
internal import Glibc

extension SimulatedDisk {
    /// The disk after a crash in a state: everything pending survives by the toss of a coin.
    package static func crashed(_ state: DiskState, keeping chance: Double, seed: UInt64) -> SimulatedDisk {
        var generator = SplitMix64(seed: seed)
        func survives() -> Bool { Double.random(in: 0..<1, using: &generator) < chance }
        var result = DiskState()
        result.directories = state.directories
        result.nextNumber = state.nextNumber
        for (number, node) in state.nodes.sorted(by: { $0.key < $1.key }) {
            var bytes = node.durable
            for change in node.pending {
                switch change {
                case .truncate: if survives() { bytes.apply(change) }
                case .write(let offset, let content):
                    for range in sectors(of: content.count, at: offset) where survives() {
                        bytes.place(content, range, at: offset + range.lowerBound)
                    }
                }
            }
            result.nodes[number] = DiskState.Node(durable: bytes, current: bytes)
        }
        var entries = state.durableEntries
        for change in state.pendingEntries where survives() {
            for (path, node) in change.entries { entries[path] = node }
        }
        result.entries = entries
        result.durableEntries = entries
        return SimulatedDisk(result)
    }

    /// The parts of a write that a device stores whole or not at all.
    package static func sectors(of count: Int, at offset: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start < count {
            let end = min(count, (offset + start) / 512 * 512 + 512 - offset)
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }
}

/// Lists the disks that a crash can leave behind, each once.
package struct Survivors {
    /// Up to so many sectors of one write survive in every combination.
    ///
    /// A longer write survives as nothing, all, every prefix, every suffix, and all but any one sector; a longer write
    /// of nothing but zeros as nothing, one sector, half and all.
    package var combinedSectors = 4

    package init(combinedSectors: Int = 4) { self.combinedSectors = combinedSectors }

    /// One file after the crash.
    private struct Image {
        var length: Int
        /// How many of the durable bytes no truncation has cut off.
        var kept: Int
        /// Sectors that differ from the kept durable bytes.
        var sectors: [Int: [UInt8]] = [:]
        var hash = 0
        /// How many subsets of the pending parts lead here.
        var subsets = 1
    }

    /// One disk after the crash.
    package struct Outcome {
        package var state: DiskState
        /// Equal for equal disks.
        package var hash: Int
        /// How many subsets of what was pending lead here.
        package var subsets: Int
    }

    /// Calls `body` with every disk that differs from the others.
    package func forEach(of state: DiskState, _ body: (Outcome) -> Void) {
        var files: [Int: [(Image, [UInt8])]] = [:]
        var seen: Set<[String: Int]> = []
        let changes = state.pendingEntries
        // Beyond ten entries in one window only prefixes count, which no trace of the log reaches.
        let choices = changes.count <= 10 ? 1 << changes.count : changes.count + 1
        for choice in 0..<choices {
            var entries = state.durableEntries
            for (number, change) in changes.enumerated() {
                let survives = changes.count <= 10 ? choice >> number & 1 == 1 : number < choice
                if survives { for (path, node) in change.entries { entries[path] = node } }
            }
            guard seen.insert(entries).inserted else { continue }
            let paths = entries.keys.sorted()
            let images = paths.map { path -> [(Image, [UInt8])] in
                guard let number = entries[path], let node = state.nodes[number] else { return [] }
                if let known = files[number] { return known }
                let made = self.images(of: node)
                files[number] = made
                return made
            }
            combine(paths, images, entries, state, body)
        }
    }

    /// Calls `body` with every combination of the files' images.
    private func combine(
        _ paths: [String], _ images: [[(Image, [UInt8])]], _ entries: [String: Int], _ state: DiskState,
        _ body: (Outcome) -> Void
    ) {
        guard !images.contains(where: \.isEmpty) else { return }
        var places = [Int](repeating: 0, count: paths.count)
        while true {
            var outcome = Outcome(state: DiskState(), hash: 0, subsets: 1)
            outcome.state.directories = state.directories
            outcome.state.nextNumber = state.nextNumber
            outcome.state.acknowledged = state.acknowledged
            outcome.state.call = state.call
            outcome.state.entries = entries
            outcome.state.durableEntries = entries
            var hasher = Hasher()
            for (index, path) in paths.enumerated() {
                let (image, bytes) = images[index][places[index]]
                hasher.combine(path)
                hasher.combine(image.hash)
                hasher.combine(image.length)
                outcome.subsets = outcome.subsets.multipliedReportingOverflow(by: image.subsets).partialValue
                if let number = entries[path] {
                    outcome.state.nodes[number] = DiskState.Node(durable: bytes, current: bytes)
                }
            }
            outcome.hash = hasher.finalize()
            body(outcome)
            var index = 0
            while index < places.count {
                places[index] += 1
                if places[index] < images[index].count { break }
                places[index] = 0
                index += 1
            }
            if index == places.count { return }
        }
    }

    /// The distinct contents that one file can have.
    private func images(of node: DiskState.Node) -> [(Image, [UInt8])] {
        var images = [Image(length: node.durable.count, kept: node.durable.count)]
        for change in node.pending {
            switch change {
            case .truncate(let length):
                images = merge(images + images.map { truncated($0, to: length) })
            case .write(let offset, let content):
                let sectors = SimulatedDisk.sectors(of: content.count, at: offset)
                if sectors.count <= combinedSectors {
                    for sector in sectors {
                        images = merge(images + images.map { placed($0, [sector], content, offset, node.durable) })
                    }
                } else {
                    let tears = Self.tears(sectors, isZero: content.allZero)
                    images = merge(
                        tears.flatMap { tear in images.map { placed($0, tear, content, offset, node.durable) } })
                }
            }
        }
        return images.map { image in
            var bytes = node.durable
            bytes.setLength(min(image.kept, image.length))
            bytes.setLength(image.length)
            for (sector, content) in image.sectors where sector * 512 < image.length {
                bytes.place(content, 0..<min(512, image.length - sector * 512), at: sector * 512)
            }
            var image = image
            // Taken over the bytes, so that equal disks of different crash points are known as equal.
            image.hash = hash(of: bytes)
            return (image, bytes)
        }
    }

    private static func tears(_ sectors: [Range<Int>], isZero: Bool) -> [[Range<Int>]] {
        if isZero { return [[], [sectors[0]], Array(sectors.prefix(sectors.count / 2)), sectors] }
        var tears: [[Range<Int>]] = [[], sectors]
        for place in 1..<sectors.count {
            tears.append(Array(sectors[..<place]))
            tears.append(Array(sectors[place...]))
        }
        for place in 1..<sectors.count - 1 { tears.append(Array(sectors[..<place] + sectors[(place + 1)...])) }
        return tears
    }

    /// Keeps one of equal images, with the number of ways that lead to it.
    private func merge(_ images: [Image]) -> [Image] {
        var places: [[Int]: Int] = [:]
        var result: [Image] = []
        for image in images {
            let key = [image.hash, image.length, image.kept]
            if let place = places[key] {
                result[place].subsets = result[place].subsets.addingReportingOverflow(image.subsets).partialValue
            } else {
                places[key] = result.count
                result.append(image)
            }
        }
        return result
    }

    private func hash(of bytes: [UInt8]) -> Int {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    private func hash(_ sector: Int, _ content: [UInt8]) -> Int {
        var hasher = Hasher()
        hasher.combine(sector)
        content.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    private func base(_ sector: Int, _ image: Image, _ durable: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 512)
        let start = sector * 512
        if start < image.kept { bytes.place(durable, start..<min(image.kept, start + 512), at: 0) }
        return bytes
    }

    private func set(_ image: inout Image, _ sector: Int, _ content: [UInt8], _ durable: [UInt8]) {
        let original = base(sector, image, durable)
        if let old = image.sectors[sector] { image.hash ^= hash(sector, old) }
        if content.isSame(as: original) {
            image.sectors[sector] = nil
        } else {
            image.sectors[sector] = content
            image.hash ^= hash(sector, content)
        }
    }

    private func placed(
        _ image: Image, _ ranges: [Range<Int>], _ content: [UInt8], _ offset: Int, _ durable: [UInt8]
    ) -> Image {
        var image = image
        for range in ranges {
            let start = offset + range.lowerBound
            image.length = max(image.length, start + range.count)
            let sector = start / 512
            var bytes = image.sectors[sector] ?? base(sector, image, durable)
            bytes.place(content, range, at: start - sector * 512)
            set(&image, sector, bytes, durable)
        }
        return image
    }

    /// What is cut off reads as zeros when the file grows again.
    private func truncated(_ image: Image, to length: Int) -> Image {
        var image = image
        image.kept = min(image.kept, length)
        for (sector, content) in image.sectors where (sector + 1) * 512 > length {
            var bytes = content
            bytes.setLength(max(0, length - sector * 512))
            bytes.setLength(512)
            image.hash ^= hash(sector, content)
            image.sectors[sector] = bytes.allZero ? nil : bytes
            if !bytes.allZero { image.hash ^= hash(sector, bytes) }
        }
        image.length = length
        return image
    }
}

extension [UInt8] {
    /// Whether there is no byte but zero.
    package var allZero: Bool {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count > 0 else { return true }
            return bytes[0] == 0 && memcmp(base, base + 1, bytes.count - 1) == 0
        }
    }

    /// Whether the bytes are equal, fast in unoptimised builds too.
    package func isSame(as other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBytes { left in
            other.withUnsafeBytes { right in
                guard let left = left.baseAddress, let right = right.baseAddress else { return true }
                return memcmp(left, right, count) == 0
            }
        }
    }
}
