// Checks checkpoints and proofs with nothing of ours: the packages sumdb/note and sumdb/tlog of Go's own toolchain,
// which the Go checksum database is built on. Debian has them as golang-golang-x-mod-dev:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verify_proof verify_proof.go
//
//	verify_proof checkpoint KEY CHECKPOINT
//	verify_proof inclusion KEY PROOF RECORD
//	verify_proof consistency KEY PROOF OLD-CHECKPOINT
//
// KEY is the text of a verifier key, the others are files. The exit status is 0 where everything holds, 1 where
// anything does not, 2 where the arguments make no sense.
package main

import (
	"bytes"
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

func main() {
	arguments := os.Args[1:]
	switch {
	case len(arguments) == 3 && arguments[0] == "checkpoint":
		checkpoint(arguments[1], read(arguments[2]))
	case len(arguments) == 4 && arguments[0] == "inclusion":
		inclusion(arguments[1], read(arguments[2]), read(arguments[3]))
	case len(arguments) == 4 && arguments[0] == "consistency":
		consistency(arguments[1], read(arguments[2]), read(arguments[3]))
	default:
		fmt.Fprintln(os.Stderr, "verify_proof: checkpoint | inclusion | consistency, a key and files")
		os.Exit(2)
	}
	fmt.Println("verified")
}
