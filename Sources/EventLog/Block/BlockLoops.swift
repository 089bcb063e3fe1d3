// The hot loops of decoding, over unsafe pointers; a plain twin in the tests computes the same from arrays.

/// Loops over whole columns.
///
/// Callers have made every output as long as its input and checked every index.
enum BlockLoops {
    static func splitTypes(
        _ bytes: UnsafeRawBufferPointer, into types: inout [UInt8], _ starts: inout [Bool]
    ) -> Int {
        var count = 0
        types.withUnsafeMutableBufferPointer { types in
            starts.withUnsafeMutableBufferPointer { starts in
                for index in 0..<bytes.count {
                    let byte = bytes[index]
                    types[index] = byte & ~Format.batchStartFlag
                    starts[index] = byte & Format.batchStartFlag != 0
                    count &+= Int(byte >> 7)
                }
            }
        }
        return count
    }

    static func allBelow(_ places: [Int64], _ limit: UInt64) -> Bool {
        places.withUnsafeBufferPointer { places in
            var highest: UInt64 = 0
            for place in places { highest = max(highest, UInt64(bitPattern: place)) }
            return highest < limit
        }
    }

    /// Looks up numbers of known places.
    static func lookUp<Number: FixedWidthInteger>(
        _ places: [Int64], _ dictionary: [Int64], into output: inout [Number]
    ) {
        dictionary.withUnsafeBufferPointer { dictionary in
            places.withUnsafeBufferPointer { places in
                output.withUnsafeMutableBufferPointer { output in
                    for index in 0..<output.count {
                        output[index] = Number(truncatingIfNeeded: dictionary[Int(places[index])])
                    }
                }
            }
        }
    }

    /// Streams with versions that count up from the base of each.
    static func streams(
        _ places: [Int64], _ dictionary: [Int64], next: inout [Int64], into streams: inout [UInt64],
        _ versions: inout [Int64]
    ) {
        places.withUnsafeBufferPointer { places in
            next.withUnsafeMutableBufferPointer { next in
                versions.withUnsafeMutableBufferPointer { versions in
                    streams.withUnsafeMutableBufferPointer { streams in
                        dictionary.withUnsafeBufferPointer { dictionary in
                            for index in 0..<versions.count {
                                let place = Int(places[index])
                                streams[index] = UInt64(bitPattern: dictionary[place])
                                versions[index] = next[place]
                                next[place] &+= 1
                            }
                        }
                    }
                }
            }
        }
    }

    /// Versions of which some jump: the seldom case, so it is plain.
    static func irregularVersions(
        _ places: [Int64], next: inout [Int64], exceptions: VarintReader, into versions: inout [Int64]
    ) -> Bool {
        var reader = exceptions
        var exceptional = -1
        var jump: Int64 = 0
        var previous = 0
        func advance() -> Bool {
            guard reader.remaining > 0 else {
                exceptional = -1
                return true
            }
            guard let distance = reader.varint(), let folded = reader.varint(),
                distance < UInt64(versions.count - previous), distance > 0
            else { return false }
            exceptional = previous + Int(distance)
            previous = exceptional
            jump = unzigzag(folded)
            return true
        }
        guard advance() else { return false }
        for index in 0..<versions.count {
            let place = Int(places[index])
            if index == exceptional {
                next[place] &+= jump
                guard advance() else { return false }
            }
            versions[index] = next[place]
            next[place] &+= 1
        }
        return exceptional == -1
    }

    /// Turns time differences into times; false when one is negative or they leave the range.
    static func accumulate(_ differences: inout [Int64], from base: Int64) -> Bool {
        differences.withUnsafeMutableBufferPointer { values in
            var time = base
            for index in 0..<values.count {
                let (sum, overflow) = time.addingReportingOverflow(values[index])
                if overflow || values[index] < 0 { return false }
                time = sum
                values[index] = sum
            }
            return true
        }
    }

    /// Gives every record the command, time and actor of its batch.
    static func expand(
        _ identifiers: UnsafeRawBufferPointer, _ times: [Int64], _ actors: [Int64], into block: inout DecodedBlock
    ) {
        let count = block.count
        guard count > 0, let source = identifiers.baseAddress else { return }
        block.isBatchStart.withUnsafeBufferPointer { starts in
            block.recordedAt.withUnsafeMutableBufferPointer { recordedAt in
                block.actors.withUnsafeMutableBufferPointer { recordActors in
                    block.commandIDs.withUnsafeMutableBufferPointer { commandIDs in
                        times.withUnsafeBufferPointer { times in
                            actors.withUnsafeBufferPointer { actors in
                                var head = 0
                                var current = identifier(source, 0)
                                for index in 0..<count {
                                    if starts[index] && index > 0 {
                                        head &+= 1
                                        current = identifier(source, head)
                                    }
                                    recordedAt[index] = times[head]
                                    recordActors[index] = actors[head]
                                    commandIDs[index] = current
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Reads the command identifiers where every record is a batch of its own.
    static func identifiers(_ bytes: UnsafeRawBufferPointer, into identifiers: inout [CommandID]) {
        identifiers.withUnsafeMutableBufferPointer { identifiers in
            guard let source = bytes.baseAddress, let target = identifiers.baseAddress else { return }
            for index in 0..<identifiers.count { target[index] = identifier(source, index) }
        }
    }

    @inline(__always)
    private static func identifier(_ source: UnsafeRawPointer, _ head: Int) -> CommandID {
        CommandID(
            high: source.load(head &* 16, UInt64.self).byteSwapped,
            low: source.load(head &* 16 &+ 8, UInt64.self).byteSwapped)
    }

    /// Adds lengths up to ends; false when one is out of range or they do not reach `total`.
    static func ends(_ lengths: [Int64], total: Int, into ends: inout [Int]) -> Bool {
        lengths.withUnsafeBufferPointer { lengths in
            ends.withUnsafeMutableBufferPointer { ends in
                var end = 0
                var widest: UInt64 = 0
                for index in 0..<ends.count {
                    widest = max(widest, UInt64(bitPattern: lengths[index]))
                    end &+= Int(lengths[index])
                    ends[index] = end
                }
                return widest <= UInt64(Format.maximumPayloadBytes) && end == total
            }
        }
    }
}

extension Array {
    /// Makes the array `count` long, keeping its capacity; new elements are `filler`, old ones stay.
    mutating func resize(to count: Int, filler: Element) {
        if self.count < count {
            append(contentsOf: repeatElement(filler, count: count - self.count))
        } else if self.count > count {
            removeLast(self.count - count)
        }
    }
}
