#!/usr/bin/env python3
"""Reads an event log without any of the program that wrote it, and checks every byte that counts.

Written from Sources/EventLog/Format/FORMAT.md alone, so that the page is known to be enough, and so that the records
can still be had when the program can no longer be built. Needs Python 3.11 or later and nothing else. It only reads.

    read_log.py DIRECTORY             prints: records N last POSITION digest HEX
    read_log.py --records DIRECTORY   prints a line a record, separated by tabs: position, type, first of its batch
                                      (1 or 0), stream, version, time in microseconds, actor, command id, payload

DIRECTORY holds MANIFEST. Damage is reported on standard error with file and offset; the exit status is then 1.
"""
import hashlib, re, sys, zlib
from itertools import accumulate
from pathlib import Path
from struct import pack, unpack, unpack_from

PAGE, HEADER, LIMIT, MASK = 4096, 64, 16 << 20, (1 << 64) - 1
DATA, CONFIRM, INDEX, SUMMARY = 1, 2, 4, 5

class Damage(Exception):
    """What is wrong, in which file, at which offset."""

def check(condition, file, offset, what):
    if not condition:
        raise Damage(f"{file}: offset {offset}: {what}")

def sealed_with_crc(data):
    """Whether the last four bytes are the checksum of those before."""
    return pack("<I", zlib.crc32(data[:-4])) == data[-4:]

class Bytes:
    """A row of bytes that is read from front to back; reading past its end raises ValueError."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        if self.at > len(self.data):
            raise ValueError("a column ends too early")
        return self.data[self.at - count:self.at]

    def varint(self):
        value = shift = 0
        while (byte := self.take(1)[0]) > 127:
            value, shift = value | (byte & 127) << shift, shift + 7
        return value | byte << shift

    def zigzag(self):
        return (value := self.varint()) >> 1 ^ -(value & 1)

    def packed(self, count):
        width, lowest = self.take(1)[0], self.zigzag()
        planes = [self.take(count) for _ in range(width)]
        if self.at != len(self.data):
            raise ValueError("a column is longer than its contents")
        return [lowest + sum(plane[i] << 8 * k for k, plane in enumerate(planes)) for i in range(count)]

def column_table(payload, raw_length):
    """The columns of a data block by their id, inflated."""
    source, columns = Bytes(payload), {}
    while source.at < len(payload):
        descriptor, length = source.varint(), source.varint()
        raw = source.varint() if descriptor & 3 == 1 else length
        data = source.take(length)
        data = zlib.decompress(data, -15) if descriptor & 3 == 1 else data
        if descriptor & 3 > 1 or descriptor >> 2 in columns or len(data) != raw:
            raise ValueError(f"column {descriptor >> 2} has an unknown codec, a wrong length, or a double")
        columns[descriptor >> 2] = data
    if sum(map(len, columns.values())) != raw_length:
        raise ValueError("the columns do not add up to the raw length")
    return columns

def by_dictionary(columns, dictionary, index, count):
    """The entries of a dictionary, and which of them each of `count` things has."""
    source = Bytes(columns[dictionary])
    entries = source.packed(size) if (size := source.varint()) <= count else []
    indices = Bytes(columns[index]).packed(count) if size != 1 else [0] * count
    if min(indices) < 0 or max(indices) >= len(entries):
        raise ValueError("an index points outside its dictionary")
    return entries, indices

def records_of(columns, first_position, time, count):
    """The records of a block: (position, type, first of batch, stream, version, time, actor, command, payload)."""
    types = columns[1]
    batch_of = [number - 1 for number in accumulate(int(i == 0 or kind > 127) for i, kind in enumerate(types))]
    batches = batch_of[-1] + 1
    streams, entry = by_dictionary(columns, 2, 3, count)
    following = Bytes(columns[4]).packed(len(streams))
    jumps, source, at = {}, Bytes(columns.get(5, b"")), 0
    while source.at < len(source.data):
        at += source.varint()
        jumps[at] = source.zigzag()
    differences = Bytes(columns[6]).packed(batches) if 6 in columns else [0] * batches
    times = list(accumulate(differences, initial=time))[1:]
    actors, k = by_dictionary(columns, 7, 8, batches) if 9 not in columns else (
        Bytes(columns[9]).packed(batches), range(batches))
    lengths, payloads = Bytes(columns[11]).packed(count), Bytes(columns.get(12, b""))
    if (len(types), len(columns[10]), len(payloads.data)) != (count, 16 * batches, sum(lengths)) or min(lengths) < 0:
        raise ValueError("a column has the wrong length")
    result = []
    for i, (kind, e, b) in enumerate(zip(types, entry, batch_of)):
        version = following[e] + jumps.get(i, 0)
        following[e] = version + 1
        command, payload = columns[10][16 * b:16 * b + 16], payloads.take(lengths[i])
        result.append((first_position + i, kind & 127, kind >> 7, streams[e] & MASK, version, times[b], actors[k[b]],
                       command, payload))
    return result

def row_of(position, kind, first, stream, version, time, actor, command, payload):
    """The canonical encoding of a record, of which the digest of history is made."""
    numbers = [number & MASK for number in (stream, version, time, actor)]
    return pack("<QB4Q16sH", position, kind | first << 7, *numbers, command, len(payload)) + payload

def whiten(stored, salt, key):
    """XORs the stored payload with xorshift64; doing it again undoes it."""
    x, noise = 0x9E3779B97F4A7C15 ^ (salt << 8 | key), bytearray()
    while len(noise) < len(stored):
        x ^= x << 13 & MASK
        x ^= x >> 7
        x ^= x << 17 & MASK
        noise += pack("<Q", x)
    return bytes(a ^ b for a, b in zip(stored, noise))

class Segment:
    """One segment file: its header page, checked, and its blocks, read in order."""

    def __init__(self, folder, line, log, before):
        self.sealed, self.line, self.id = line["sealed"], line, int(line["id"], 16)
        self.name = f"{line['first']:020}-{line['id']}.{'seg' if self.sealed else 'log'}"
        self.data = Path(folder, self.name).read_bytes()
        page = self.data[:PAGE]
        check(len(page) == PAGE and sealed_with_crc(page), self.name, 0, "the header page's checksum is wrong")
        epoch, self.first_time = *unpack_from("<I", page, 40), *unpack_from("<q", page, 72)
        wanted = pack("<8sHHIII16sIIQQQqQQQqIIQ", b"\x89ELOG\r\n\x1a", 1, 0, bool(self.sealed), 0, 0, log["id"], epoch,
                      0, self.id, line["index"], line["first"], self.first_time, *before, 0, line["through"])
        check(page[:-4] == wanted.ljust(PAGE - 4, b"\xee") and epoch <= log["epoch"], self.name, 8,
              "not the header page that MANIFEST and the segment before it tell of")
        self.at, self.next, self.chain, self.time = PAGE, line["first"], *unpack("<I", page[-4:]), before[3]
        self.goes_on, self.raw_bytes, self.stored_bytes = 0, 0, 0

    def header(self, at):
        """The header at an offset when its checksum, salt, place and limits are right, else None."""
        raw = self.data[at:at + HEADER]
        if at % 64 or len(raw) < HEADER or raw[:4] != b"EBLK" or not sealed_with_crc(raw):
            return None
        names = "kind encoding flags key stored raw first count place time durable salt chain payload checksum"
        head = dict(zip(names.split(), unpack_from("<BBBBIIQIIqQIIII", raw, 4)))
        right = (head["salt"], head["place"] * 64, head["encoding"]) == (self.id & 0xFFFFFFFF, at, 1)
        return head if right and max(head["stored"], head["raw"]) <= LIMIT and head["count"] <= 65536 else None

    def proven_end(self):
        """The furthest durable end of all headers in the file: a sync had confirmed it when they were built."""
        heads = (self.header(match.start()) for match in re.finditer(b"EBLK", self.data))
        return max((head["durable"] for head in heads if head), default=PAGE)

    def block(self, *kinds):
        """The next block: its header and its payload, with place, chain, position and checksums checked."""
        at, head = self.at, self.header(self.at)
        check(head and head["kind"] in kinds and head["flags"] <= 1, self.name, at, "no sound header of such a block")
        check((head["first"], head["chain"]) == (self.next, self.chain), self.name, at, "follows on another block")
        possible = head["count"] > 0 if head["kind"] == DATA else (head["count"], head["time"]) == (0, self.time)
        possible = possible and (head["durable"] == at if self.sealed else PAGE <= head["durable"] <= at)
        check(possible, self.name, at + 24, "an impossible count, time or durable end")
        self.at, self.chain = at + (HEADER + head["stored"] + 63) // 64 * 64, head["checksum"]
        body = self.data[at + HEADER:self.at]
        stored, padding = body[:head["stored"]], body[head["stored"]:]
        check(zlib.crc32(body) == head["payload"] and not padding.strip(b"\xa5"), self.name, at + 56, "wrong payload")
        return head, whiten(stored, head["salt"], head["key"]) if head["key"] else stored

    def records(self, at, head, payload):
        """The records of a data block that `block` gave."""
        try:
            records = records_of(column_table(payload, head["raw"]), head["first"], head["time"], head["count"])
        except (ValueError, KeyError, IndexError, zlib.error) as error:
            raise Damage(f"{self.name}: offset {at}: the columns cannot be read: {error!r}") from error
        times = {records[0][5], head["time"], self.first_time if at == PAGE else head["time"]}
        check(len(times) == 1, self.name, at + 32, "the time of the first record is not that in the header or page")
        self.next, self.time, self.goes_on = records[-1][0] + 1, records[-1][5], head["flags"]
        self.raw_bytes, self.stored_bytes = self.raw_bytes + head["raw"], self.stored_bytes + head["stored"]
        return records

def read_small(segment, tail):
    """The records of a `.log` segment, up to the end in MANIFEST, or as far as an active one is known to be durable."""
    line, name = segment.line, segment.name
    found = {"last": segment.next - 1, "end": PAGE, "chain": segment.chain, "time": segment.time}
    end = max(segment.proven_end(), tail.get("end", 0)) if line["active"] else line["end"]
    while segment.at < end:
        at, (head, payload) = segment.at, segment.block(DATA, DATA if segment.goes_on else CONFIRM)
        if head["kind"] == DATA:
            yield from segment.records(at, head, payload)
        found = {"last": segment.next - 1, "end": segment.at, "chain": segment.chain, "time": segment.time}
        if line["active"] and segment.at == tail.get("end"):
            check(found == tail, "TAIL", 32, f"says otherwise than {name}")
    whole = segment.at == end and not segment.goes_on and (line["active"] or found.items() <= line.items())
    check(whole, name, end, "the durable part does not end with a group, or MANIFEST says otherwise")
    line.update(found)

def read_sealed(segment, digest_before):
    """The records of a sealed segment; then index, filters, summary and trailer are compared with them."""
    name, data, line, blocks, batches, commands, kinds = segment.name, segment.data, segment.line, [], 0, 0, 0
    check(len(data) == line["bytes"] and sealed_with_crc(data[-64:]), name, len(data), "length or trailer is wrong")
    while segment.at < unpack_from("<Q", data[-64:], 16)[0]:
        at, chain, (head, payload) = segment.at, segment.chain, segment.block(DATA)
        records = segment.records(at, head, payload)
        seen = sum(1 << kind for kind in {record[1] for record in records})
        firsts = sum(record[2] for record in records)
        kinds, batches, commands = kinds | seen, batches + firsts, commands + 16 * (firsts + 1 - records[0][2])
        seen = seen.to_bytes(16, "little")
        facts = pack("<QQqq16sII", at, records[0][0], records[0][5], records[-1][5], seen, len(records), chain)
        blocks.append((at, facts, {record[3] for record in records}))
        yield from records
    index_at = segment.at
    check_index(name, index_at + HEADER, segment.block(INDEX)[1], blocks)
    summary_at, kinds, raw, stored = segment.at, kinds.to_bytes(16, "little"), segment.raw_bytes, segment.stored_bytes
    summary = pack("<QQq16s5QqII32s32sq", segment.next - line["first"], batches, segment.first_time, kinds, raw, stored,
                   commands, line["last"], line["end"], line["time"], line["chain"], 0, digest_before,
                   bytes.fromhex(line["digest"]), -1)
    check(segment.block(SUMMARY)[1] == summary, name, summary_at, "the summary is not that of the records and MANIFEST")
    trailer = pack("<8s4QI", b"EVLSEAL1", segment.id, index_at, summary_at, len(data), segment.chain) + b"\xa5" * 16
    check(data[segment.at:-4] == trailer, name, segment.at, "the trailer is not that of the file")

def check_index(name, offset, payload, blocks):
    """One row a block, and each stream of a block is in the block's filter."""
    at = 0
    for block, facts, streams in blocks:
        check(payload[at:at + 56] == facts, name, offset + at, f"the index is wrong about the block at {block}")
        end = at + 64 + 8 * unpack_from("<I", payload.ljust(at + 60), at + 56)[0]
        bloom, at = payload[at + 64:end], end
        for stream in streams if bloom else ():
            x = stream + 0x9E3779B97F4A7C15 & MASK
            x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
            x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
            low, high = (x ^ x >> 31) & 0xFFFFFFFF, (x ^ x >> 31) >> 32 | 1
            bits = [(low + i * high) % (8 * len(bloom)) for i in range(5)]
            found = all(bloom[bit // 8] >> bit % 8 & 1 for bit in bits)
            check(found, name, offset + end, f"stream {stream} is not in the filter of the block at {block}")
    check(at == len(payload), name, offset + at, "the index has another length than its rows")

LINE = re.compile(r"segment (?P<index>\d+) id (?P<id>[0-9a-f]{16}) first (?P<first>\d+) (?:(?P<active>active)|last "
                  r"(?P<last>\d+) end (?P<end>\d+) chain (?P<chain>[0-9a-f]{8}) time (?P<time>-?\d+) (?:closed|through "
                  r"(?P<through>\d+) bytes (?P<bytes>\d+) digest (?P<digest>[0-9a-f]{64}) (?P<sealed>sealed)))")

def read_manifest(folder):
    """Log id and epoch, and the segments in order."""
    body, _, digest = Path(folder, "MANIFEST").read_bytes().rpartition(b"sha256 ")
    check(digest == hashlib.sha256(body).hexdigest().encode() + b"\n", "MANIFEST", len(body), "the SHA-256 is wrong")
    version, first, *lines = body.decode("ascii").splitlines() + [""]
    head = re.fullmatch(r"log ([0-9a-f]{32}) epoch (\d+)( backup)?", first)
    check(head and version == "eventlog-manifest 1", "MANIFEST", 0, "not a manifest of version 1")
    segments, following = [], (1, 1, 0)
    for text in lines[:-1]:
        line = (LINE.fullmatch(text) or re.match("", "")).groupdict()
        check(line, "MANIFEST", 0, f"this is not the line of a segment: {text}")
        for key in ("index", "first", "last", "end", "time", "through", "bytes"):
            line[key] = int(line[key] or 0)
        line["chain"], line["through"] = int(line["chain"] or "0", 16), line["through"] or line["index"]
        rank = 1 if line["sealed"] else 3 if line["active"] else 2
        check(following[:2] == (line["index"], line["first"]) and following[2] <= min(rank, 2), "MANIFEST", 0,
              f"this line does not follow the one before: {text}")
        following = (line["through"] + 1, line["last"] + 1, rank)
        segments.append(line)
    return {"id": pack("<QQ", int(head[1][:16], 16), int(head[1][16:], 16)), "epoch": int(head[2])}, segments

def read_tail(folder, log, segments):
    """What TAIL says about the last segment; nothing when it is missing, damaged or about something else."""
    data = path.read_bytes() if (path := Path(folder, "TAIL")).exists() else b""
    if len(data) != 68 or data[:8] != b"EVLTAIL1" or not sealed_with_crc(data) or not segments:
        return {}
    owner, segment, end, position, time, chain, epoch = unpack_from("<16sQQQqII", data, 8)
    fits = (owner, segment, epoch) == (log["id"], int(segments[-1]["id"], 16), log["epoch"])
    return {"end": end, "last": position, "time": time, "chain": chain} if fits else {}

def main():
    *options, folder = sys.argv[1:] or ["--help"]
    if options not in ([], ["--records"]) or folder == "--help":
        sys.exit(__doc__)
    count, position, digest, before = 0, 0, bytes(32), (0, 0, 0, -1 << 63, 0)
    try:
        log, segments = read_manifest(folder)
        tail = read_tail(folder, log, segments)
        for line in segments:
            segment = Segment(folder, line, log, before)
            for record in read_sealed(segment, digest) if line["sealed"] else read_small(segment, tail):
                digest = hashlib.sha256(digest + row_of(*record)).digest()
                count, position = count + 1, record[0]
                if options:
                    print(*record[:7], record[7].hex(), record[8].hex(), sep="\t")
            told = (line["digest"] or digest.hex(), line["last"], line["time"])
            check((digest.hex(), position, segment.time) == told, segment.name, 0, "not as MANIFEST says")
            before = (line["through"], line["last"], line["end"], line["time"], line["chain"])
        check(position >= tail.get("last", 0), "TAIL", 40, "a record that was durable is missing")
    except (Damage, OSError, ValueError) as error:
        sys.exit(f"read_log: {error}")
    if not options:
        print(f"records {count} last {position} digest {digest.hex()}")

if __name__ == "__main__":
    main()
