#!/usr/bin/env python3
"""Lists the symbols of symbol graphs that have no documentation comment; exit code 1 where there is one.

Usage: python3 Scripts/undocumented.py ROOT GRAPH...

Left out are symbols without a place in a file, which the compiler makes, and members that implement a requirement of a
protocol, whose documentation they have.
"""

import json
import pathlib
import sys
import urllib.parse


def undocumented(graph):
    """Gives file, line, kind and name of each symbol without documentation."""
    inherits = {each["source"] for each in graph["relationships"] if "sourceOrigin" in each}
    for symbol in graph["symbols"]:
        place = symbol.get("location")
        if place is None or "docComment" in symbol or symbol["identifier"]["precise"] in inherits:
            continue
        file = urllib.parse.unquote(urllib.parse.urlparse(place["uri"]).path)
        yield file, place["position"]["line"] + 1, symbol["kind"]["displayName"], ".".join(symbol["pathComponents"])


def main(root, paths):
    found, count = set(), 0
    for path in paths:
        graph = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        count += len(graph["symbols"])
        found.update(undocumented(graph))
    if not count:
        sys.exit("undocumented.py: the graphs have no symbol: nothing was checked")
    for file, line, kind, name in sorted(found):
        print(f"{pathlib.Path(file).relative_to(root)}:{line}: {kind} {name} has no documentation")
    sys.exit(1 if found else 0)


if len(sys.argv) < 3:
    sys.exit(__doc__)
main(sys.argv[1], sys.argv[2:])
