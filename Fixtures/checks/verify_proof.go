// Checks checkpoints and proofs with nothing of ours: the packages sumdb/note and sumdb/tlog of Go's own toolchain,
// which the Go checksum database is built on. Debian has them as golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verify_proof verify_proof.go
//
//	verify_proof checkpoint KEY CHECKPOINT
//	verify_proof inclusion KEY PROOF RECORD
//	verify_proof consistency KEY PROOF OLD-CHECKPOINT
//	verify_proof dossier KEY DOSSIER
//
// KEY is the text of a verifier key, the others are files. The exit status is 0 where everything holds, 1 where
// anything does not, 2 where the arguments make no sense.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tree struct {
	size int64
	root tlog.Hash
}

func refuse(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, "verify_proof: "+format+"\n", values...)
	os.Exit(1)
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		refuse("%v", err)
	}
	return data
}

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 0 || strconv.FormatInt(value, 10) != text {
		refuse("%q is no number", text)
	}
	return value
}

func hash(text string) tlog.Hash {
	value, err := tlog.ParseHash(text)
	if err != nil {
		refuse("%q is no hash", text)
	}
	return value
}

// checkpoint checks the signature, and that the log is the one that the key is of.
func checkpoint(key string, data []byte) tree {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		refuse("%v", err)
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		refuse("%v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		refuse("not the three lines of a checkpoint of %s", verifier.Name())
	}
	return tree{number(lines[1]), hash(lines[2])}
}

// parts takes the lines above the first empty one, and the checkpoint below it.
func parts(data []byte) ([]string, []byte) {
	end := bytes.Index(data, []byte("\n\n"))
	if end < 0 {
		refuse("the proof has no empty line")
	}
	return strings.Split(string(data[:end]), "\n"), data[end+2:]
}

func after(prefix, line string) string {
	if !strings.HasPrefix(line, prefix) {
		refuse("a line does not begin with %q", prefix)
	}
	return line[len(prefix):]
}

func hashes(lines []string) []tlog.Hash {
	var result []tlog.Hash
	for _, line := range lines {
		result = append(result, hash(line))
	}
	return result
}

func inclusion(key string, proof, record []byte) {
	lines, point := parts(proof)
	if lines[0] != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		refuse("not a proof of inclusion")
	}
	if strings.HasPrefix(lines[1], "extra ") && len(lines) > 2 {
		lines = lines[1:]
	}
	index, log := number(after("index ", lines[1])), checkpoint(key, point)
	path := tlog.RecordProof(hashes(lines[2:]))
	if err := tlog.CheckRecord(path, log.size, log.root, index, tlog.RecordHash(record)); err != nil {
		refuse("%v", err)
	}
}

func consistency(key string, proof, oldPoint []byte) {
	lines, point := parts(proof)
	old, log := checkpoint(key, oldPoint), checkpoint(key, point)
	if number(after("old ", lines[0])) != old.size {
		refuse("the proof does not begin at the old checkpoint")
	}
	if err := tlog.CheckTree(tlog.TreeProof(hashes(lines[1:])), log.size, log.root, old.size, old.root); err != nil {
		refuse("%v", err)
	}
}

// event is a leaf that was proven, as the log's FORMAT.md lays a record out.
type event struct {
	position, version int64
	kind              byte
	stream            uint64
	payload           []byte
}

// proven takes a section of a dossier: a proof of inclusion with its record, without the checkpoint.
func proven(section string, log tree) event {
	lines := strings.Split(section, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		refuse("a section is no proof of inclusion")
	}
	record, err := base64.StdEncoding.Strict().DecodeString(after("extra ", lines[1]))
	if err != nil || len(record) < 59 || int(binary.LittleEndian.Uint16(record[57:])) != len(record)-59 {
		refuse("a section holds no record")
	}
	index := number(after("index ", lines[2]))
	path := tlog.RecordProof(hashes(lines[3:]))
	if err := tlog.CheckRecord(path, log.size, log.root, index, tlog.RecordHash(record)); err != nil {
		refuse("index %d: %v", index, err)
	}
	word := func(at int) uint64 { return binary.LittleEndian.Uint64(record[at:]) }
	found := event{int64(word(0)), int64(word(17)), record[8] & 0x7f, word(9), record[59:]}
	if found.position != index+1 {
		refuse("a record says position %d, its proof index %d", found.position, index)
	}
	return found
}

// attested reads a StateAttested, as PAYLOADS.md lays it out: through, version of the tables, digest, terms, root.
func attested(from event) (through int64, versions tree) {
	rest := from.payload
	if from.kind != 80 || from.stream != 0 || len(rest) == 0 || rest[0]&^3 != 0x10 {
		refuse("position %d is no attestation", from.position)
	}
	hasTime := rest[0]&1 != 0
	rest = rest[1:]
	next := func() int64 {
		value, length := binary.Uvarint(rest)
		if length <= 0 || value > 1<<63-1 {
			refuse("the attestation has no number where one belongs")
		}
		rest = rest[length:]
		return int64(value)
	}
	digest := func() (hash tlog.Hash) {
		if len(rest) < len(hash) {
			refuse("the attestation ends too early")
		}
		rest = rest[copy(hash[:], rest):]
		return hash
	}
	if hasTime {
		next()
	}
	through = next()
	next()
	digest()
	versions.size = next()
	versions.root = digest()
	if through >= from.position {
		refuse("the attestation is about what came after it")
	}
	return through, versions
}

// dossier checks that the events shown are all that were attested of one term, in the order of the log.
func dossier(key string, data []byte) {
	text := strings.TrimSuffix(string(data), "\n")
	sections := strings.Split(text, "\n\n")
	head := strings.Split(sections[0], "\n")
	if len(text) == len(data) || len(sections) < 4 || len(head) < 4 || head[0] != "enroll-dossier@v1" {
		refuse("not a dossier")
	}
	term, events, refusals := number(after("term ", head[1])), number(after("events ", head[2])),
		number(after("refusals ", head[3]))
	log := checkpoint(key, []byte(sections[1]+"\n\n"+sections[2]+"\n"))
	through, versions := attested(proven(sections[3], log))
	leaf := fmt.Sprintf("term/%d %d %d", term, events, refusals)
	path := tlog.RecordProof(hashes(head[4:]))
	if err := tlog.CheckRecord(path, versions.size, versions.root, term-1, tlog.RecordHash([]byte(leaf))); err != nil {
		refuse("%q is not what was attested: %v", leaf, err)
	}
	shown := map[uint64]int64{}
	last := int64(0)
	for _, section := range sections[4:] {
		found := proven(section, log)
		if found.stream != uint64(term)<<2|2 && found.stream != uint64(term)<<2|3 {
			refuse("position %d is of another term", found.position)
		}
		shown[found.stream]++
		if found.position <= last || found.position > through || found.version != shown[found.stream] {
			refuse("position %d is out of turn", found.position)
		}
		last = found.position
	}
	if shown[uint64(term)<<2|2] != events || shown[uint64(term)<<2|3] != refusals {
		refuse("of %d events and %d refusals some are missing", events, refusals)
	}
}

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) == 3 && arguments[0] == "checkpoint":
		checkpoint(arguments[1], read(arguments[2]))
	case len(arguments) == 4 && arguments[0] == "inclusion":
		inclusion(arguments[1], read(arguments[2]), read(arguments[3]))
	case len(arguments) == 4 && arguments[0] == "consistency":
		consistency(arguments[1], read(arguments[2]), read(arguments[3]))
	case len(arguments) == 3 && arguments[0] == "dossier":
		dossier(arguments[1], read(arguments[2]))
	default:
		fmt.Fprintln(os.Stderr, "verify_proof: checkpoint | inclusion | consistency | dossier, a key and files")
		os.Exit(2)
	}
	fmt.Println("verified")
}
