#!/usr/bin/env python3
"""Writes the Swift blocks of a page as files, so that they can be compiled and run.

Usage: python3 Scripts/swift_blocks.py [--program] PAGE DIRECTORY

The paragraph before a block may be the path of its file in backquotes and a colon. Without --program a block without
one is an error, so that no block of the page is left out of what compiles it. With it, such blocks are together, in
their order, the program `Sources/PAGE/main.swift`, and a page may have no block at all. Prints each path.
"""

import pathlib
import re
import sys


def blocks(page: str):
    """Gives the line, the path and the text of every Swift block; the path is None where the page names none."""
    named, path, begun, lines = re.compile(r"`([\w./+-]+\.swift)`:$"), None, None, []
    for number, line in enumerate(page.splitlines(), 1):
        if begun is None and line.startswith("```"):
            begun, kind, lines = number, line[3:].strip(), []
        elif begun is not None and line == "```":
            if kind.split() and kind.split()[0].lower() == "swift":
                yield begun, path, "".join(text + "\n" for text in lines)
            begun, path = None, None
        elif begun is not None:
            lines.append(line)
        elif line.strip():
            name = named.fullmatch(line)
            path = name.group(1) if name else None
    if begun is not None:
        sys.exit(f"swift_blocks.py: the block at line {begun} has no end")


def main(page: str, directory: str, is_program: bool):
    program = f"Sources/{pathlib.PurePath(page).stem}/main.swift"
    written = {}
    for line, path, text in blocks(pathlib.Path(page).read_text(encoding="utf-8")):
        if path is None and is_program:
            path = program
        elif path is None:
            sys.exit(f"swift_blocks.py: {page}:{line}: say which file this block is, as `PATH.swift`: before it")
        elif path in written or ".." in pathlib.PurePath(path).parts or path.startswith("/"):
            sys.exit(f"swift_blocks.py: {page}:{line}: {path} is there twice, or leads out of the package")
        written[path] = written.get(path, "") + text
    for path, text in written.items():
        file = pathlib.Path(directory, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        print(path)
    if not written and not is_program:
        sys.exit(f"swift_blocks.py: {page} has no Swift block")


arguments = sys.argv[1:]
is_program = arguments[:1] == ["--program"]
if len(arguments) != 2 + is_program:
    sys.exit(__doc__)
main(*arguments[-2:], is_program)
