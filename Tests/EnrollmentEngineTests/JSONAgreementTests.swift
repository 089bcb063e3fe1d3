// The JSON parser against its own writer, against random texts, and against another reader of JSON.

import EnrollmentTesting
import Foundation
import Testing

@testable import EnrollmentEngine

@Suite struct JSONAgreementTests {

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `random documents are read as they were meant, however they are written`(seed: UInt64) throws {
        var source = JSONSource(seed: seed)
        for _ in 0..<1000 {
            let value = source.value()
            let text = source.written(value)
            #expect(try JSONValue.parsing(text).text == value.text, "\(text)")
        }
    }

    @Test(arguments: [4, 5, 6] as [UInt64])
    func `a damaged document is an error with a place in it, or what another reader reads, too`(seed: UInt64) {
        var source = JSONSource(seed: seed)
        var accepted = 0
        var refused = 0
        for _ in 0..<4000 {
            let document = source.object()
            let bytes = source.damaged(source.written(document))
            let shown = String(decoding: bytes, as: UTF8.self)
            do throws(JSONSyntaxError) {
                let value = try JSONParser.parse(bytes[...])
                accepted += 1
                #expect(disagreement(bytes, value) == nil, "\(shown)")
            } catch {
                refused += 1
                #expect((0...bytes.count).contains(error.offset) && error.reason != "", "\(shown)")
                if !Self.isStricter(error, bytes) {
                    #expect((try? Self.decode(bytes)) == nil, "\(shown): \(error.reason)")
                }
            }
        }
        #expect(accepted > 100 && refused > 1000)
    }

    @Test(arguments: [7, 8] as [UInt64])
    func `another reader reads the same in random documents`(seed: UInt64) {
        var source = JSONSource(seed: seed)
        for _ in 0..<500 {
            let value = source.object()
            let text = source.written(value)
            #expect(disagreement(Array(text.utf8), value) == nil, "\(text)")
        }
    }

    @Test(arguments: [9, 10] as [UInt64])
    func `every text and number that is written is read back`(seed: UInt64) throws {
        var source = JSONSource(seed: seed)
        var writer = JSONWriter()
        for _ in 0..<1000 {
            let (name, text) = (source.string(), source.string())
            let number = Int64(bitPattern: source.random.next()) >> Int64(source.random.below(64))
            writer.removeAll()
            writer.openObject()
            writer.field("a", text)
            writer.field(named: "b\(name)", text)
            writer.field(named: "c\(name)", number)
            writer.openArray("d")
            for _ in 0..<source.random.below(3) {
                writer.openObject()
                writer.field("e", number)
                writer.closeObject()
            }
            writer.closeArray()
            writer.null("f")
            writer.closeObject()
            let value = try JSONParser.parse(writer.bytes[...])
            #expect(value.names == ["a", "b\(name)", "c\(name)", "d", "f"])
            #expect(value["a"]?.text == JSONValue.string(text).text)
            #expect(value["b\(name)"]?.text == JSONValue.string(text).text)
            #expect(value["c\(name)"]?.text == "\(number)")
        }
    }

    /// What is stricter here than in other readers, on purpose.
    private static func isStricter(_ error: JSONSyntaxError, _ bytes: [UInt8]) -> Bool {
        error.reason.hasSuffix("stands here twice") || error.reason.hasPrefix("more than ")
            // A comma at the end of an object.
            || error.reason == "expected a field name in quotes, found '}'"
            // Other encodings, and a mark of this one: the reader of the system guesses them from the first bytes.
            || bytes.prefix(4).contains { $0 == 0 || $0 >= 0x80 }
    }

    private static func decode(_ bytes: [UInt8]) throws -> Foreign {
        try JSONDecoder().decode(Foreign.self, from: Data(bytes))
    }

    /// What another reader makes of a text that means `value`; nil where it agrees.
    private func disagreement(_ bytes: [UInt8], _ value: JSONValue) -> String? {
        // No number of theirs is that large, or that small.
        guard value.isWithinDouble else { return nil }
        do { return try Self.decode(bytes).difference(from: value) } catch { return "\(error)" }
    }
}

/// What Foundation reads.
private enum Foreign: Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([Foreign])
    case object([String: Foreign])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let elements = try? container.decode([Foreign].self) {
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: Foreign].self))
        }
    }

    /// What is not the same; nil where everything is.
    func difference(from value: JSONValue) -> String? {
        switch (self, value) {
        case (.null, .null): return nil
        case (.bool(let left), .bool(let right)) where left == right: return nil
        case (.integer(let left), .integer(let right)) where left == right: return nil
        case (.integer(let left), .otherNumber(let right)):
            // Beyond 2^53 they leave a fraction out where a double has no room for it.
            let value = Double(right) ?? .nan
            return abs(Double(left) - value) <= value.ulp && abs(value) > 0x1p53 || Double(left) == value
                ? nil : "\(left) is not \(right)"
        case (.number(let left), .otherNumber(let right)) where left == Double(right): return nil
        case (.string(let left), .string(let right)) where Array(left.utf8) == Array(right.utf8): return nil
        case (.array(let left), .array(let right)) where left.count == right.count:
            return zip(left, right).lazy.compactMap { $0.difference(from: $1) }.first
        case (.object(let left), .object(let right)) where left.count == right.count:
            for member in right {
                guard let theirs = left[member.name] else { return "no \(member.name)" }
                if let difference = theirs.difference(from: member.value) { return difference }
            }
            return nil
        default: return "\(self) is not \(value)"
        }
    }
}

extension JSONValue {
    fileprivate var isWithinDouble: Bool {
        switch self {
        case .otherNumber(let text): Double(text).map { $0.isFinite && ($0 == 0 || $0.isNormal) } ?? false
        case .array(let elements): elements.allSatisfy(\.isWithinDouble)
        case .object(let members): members.allSatisfy(\.value.isWithinDouble)
        default: true
        }
    }
}
