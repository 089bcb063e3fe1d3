#!/usr/bin/env python3
"""Checks roots and proofs of inclusion against a copy of a log, with pymerkle and the independent reader of logs.

Nothing here is of the program that made them: read_log.py was written from the format page, pymerkle (PyPI) knows RFC
6962. Signatures are the business of others; see verify_signature.sh.

    verify_roots.py LOG CHECKPOINT [PROOF ...]

LOG is the directory that holds MANIFEST, CHECKPOINT and PROOF are files. The exit status is 0 where everything holds, 1
where anything does not.
"""
import base64, subprocess, sys
from pathlib import Path

import pymerkle
import read_log

class Refusal(Exception):
    """What does not hold."""

def rows(folder):
    """The canonical encodings of all records of a log."""
    command = [sys.executable, "-B", read_log.__file__, "--records", folder]
    reader = subprocess.run(command, capture_output=True, text=True)
    if reader.returncode:
        raise Refusal(reader.stderr.strip())
    for line in reader.stdout.splitlines():
        *numbers, command, payload = line.split("\t")
        yield read_log.row_of(*map(int, numbers), bytes.fromhex(command), bytes.fromhex(payload))

def checkpoint(text):
    """Size and root."""
    _, size, root, *_ = text.split("\n")
    return int(size), base64.b64decode(root, validate=True)

def turns(index, size):
    """On which side of the way up each sibling lies: 0 for right, 1 for left; the leaf's own bit stands before."""
    node, last, sides = index, size - 1, []
    while last:
        if node % 2 or node < last:
            sides.append(node % 2)
        node, last = node // 2, last // 2
    return sides

def check_proof(text, tree):
    """The path of the proof is that which pymerkle finds, and leads from the leaf to the signed root."""
    head, _, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    lines = [line for line in lines if not line.startswith("extra ")]
    if first != "c2sp.org/tlog-proof@v1" or not lines[0].startswith("index "):
        raise Refusal("not a proof of inclusion")
    index, path = int(lines[0][6:]), [base64.b64decode(line, validate=True) for line in lines[1:]]
    size, root = checkpoint(note)
    if not 0 <= index < size <= tree.get_size():
        raise Refusal(f"index {index} of {size}: the log has {tree.get_size()} records")
    # pymerkle counts leaves from 1, and its paths begin with the leaf.
    if root != tree.get_state(size):
        raise Refusal(f"the root over {size} records is another")
    leaf, sides = tree.get_leaf(index + 1), turns(index, size)
    if len(sides) != len(path):
        raise Refusal(f"the way from {index} to the root of {size} has {len(sides)} steps, not {len(path)}")
    proof = pymerkle.MerkleProof("sha256", True, size, sides + [0], [], [leaf] + path)
    pymerkle.verify_inclusion(leaf, root, proof)
    if tree.prove_inclusion(index + 1, size).path != [leaf] + path:
        raise Refusal("pymerkle finds another path")

def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    folder, point, *proofs = sys.argv[1:]
    try:
        tree = pymerkle.InmemoryTree(algorithm="sha256")
        for row in rows(folder):
            tree.append_entry(row)
        size, root = checkpoint(Path(point).read_text())
        if size > tree.get_size():
            raise Refusal(f"{size} records were signed, the log has {tree.get_size()}")
        if tree.get_state(size) != root:
            raise Refusal(f"the root over {size} records is another")
        for proof in proofs:
            check_proof(Path(proof).read_text(), tree)
    except (Refusal, pymerkle.InvalidProof, pymerkle.InvalidChallenge, ValueError, IndexError, OSError) as error:
        sys.exit(f"verify_roots: {error!r}")
    print("verified")

if __name__ == "__main__":
    main()
