#!/usr/bin/env python3
"""Imports Debian's dict-* packages and checks what became of them.

usage: check_debian.py DICTAPP [PACKAGE ...]

Without packages all that apt knows are taken: dict-freedict-*, dict-jargon, dict-devil, dict-gcide,
dict-wn and so on. Each is downloaded with apt-get, unpacked without being installed, and imported
into a database of its own. An entry fails with a blank sense, with its headword line as a sense,
or with a raw tag. Exits with 1 if any does.
"""

import collections
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

# Elements of HTML and of the XML from which FreeDict is made; a `<` may stand for other things.
TAG = re.compile(r"</?(?:a|b|i|u|p|br|div|span|font|li|ul|ol|sup|sub|em|strong|table|tr|td|h[1-6]|"
                 r"def|entry|form|orth|pron|sense|cit|quote|gramGrp|pos|k|kref|ex)(?:\s[^<>]*)?/?>")
LABEL = re.compile(r"^(?:n|v|vt|vi|adj|adv|prep|conj|pron|num|art|int|abbr)\.$")
SHOWN_MAX = 5


def packages():
    """The packages with books for dictd."""
    names = subprocess.run(["apt-cache", "pkgnames", "dict-"], capture_output=True, text=True, check=True)
    return sorted(names.stdout.split())


def unpacked(package, folder):
    """The indexes of the books in a package."""
    subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    archive = next(pathlib.Path(folder).glob("*.deb"))
    subprocess.run(["dpkg", "-x", archive, folder], check=True)
    return sorted(pathlib.Path(folder).glob("usr/share/dictd/*.index"))


def letters(text):
    return "".join(c for c in text.casefold() if c.isalnum())


def faults(word, mean):
    """What is wrong with an entry."""
    lines = [line.strip() for line in mean.split("\n")]
    if not any(lines):
        yield "blank entry"
    if any(LABEL.match(line) for line in lines):
        yield "blank sense"
    # A link to another spelling is no headword line.
    if len(lines) > 1 and letters(word) and letters(lines[0]) == letters(word) and "[[" not in lines[0]:
        yield "headword line as a sense"
    if any(TAG.search(line) for line in lines):
        yield "raw tag"


def check(dictapp, index, folder):
    """Imports a book and counts its faults."""
    database = pathlib.Path(folder) / f"{index.stem}.db"
    done = subprocess.run([dictapp, "import", "dictd", index, "--name", "book", "--database", f"sqlite:{database}"], cwd=folder,
                          capture_output=True, text=True)
    if done.returncode:
        return 0, {"import": [done.stderr.strip().splitlines()[-1]]}
    found = collections.defaultdict(list)
    entries = sqlite3.connect(database).execute("SELECT word, mean FROM words")
    count = 0
    for word, mean in entries:
        count += 1
        for fault in faults(word, mean):
            found[fault].append(word)
    return count, found


def main():
    dictapp, *names = sys.argv[1:]
    dictapp = pathlib.Path(dictapp).resolve()
    is_faulty = False
    for package in names or packages():
        with tempfile.TemporaryDirectory() as folder:
            for index in unpacked(package, folder):
                count, found = check(dictapp, index, folder)
                print(f"{package} {index.stem}: {count} entries")
                for fault, words in found.items():
                    is_faulty = True
                    print(f"  {len(words)} x {fault}: {', '.join(words[:SHOWN_MAX])}")
    sys.exit(1 if is_faulty else 0)


if __name__ == "__main__":
    main()
