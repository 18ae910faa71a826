#!/usr/bin/env python3
"""Imports Debian's dict-* packages and checks what became of them.

usage: debian_books.py DICTAPP [--packages FOLDER] [PACKAGE ...]

Without packages all that apt knows are taken: dict-freedict-*, dict-jargon, dict-devil, dict-gcide,
dict-wn and so on. Each is downloaded with apt-get unless the folder has it, unpacked without being
installed, and imported into a database of its own. An entry fails with a blank sense, with the headword line of its article
as a sense, or with a raw tag. A translation that is spelled as the headword is no fault: the article
has it below its headword line. Exits with 1 if any entry fails.
"""

import collections
import gzip
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata

# Elements of HTML and of the XML from which FreeDict is made; a `<` may stand for other things.
TAG = re.compile(r"</?(?:a|b|i|u|p|br|div|span|font|li|ul|ol|sup|sub|em|strong|table|tr|td|h[1-6]|"
                 r"def|entry|form|orth|pron|sense|cit|quote|gramGrp|pos|k|kref|ex)(?:\s[^<>]*)?/?>")
LABEL = re.compile(r"^(?:(?:n|v|vt|vi|a|adj|ad|adv|prep|conj|pron|num|art|det|int|interj|abbr|pl)\.[ ,&]*)+$")
# The pronunciation that may follow the headword in the first line of an article.
BEHIND = re.compile(r"^\s*[,;]?\s*(?:\\[^\\]+\\|/[^/]+/)")
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
SHOWN_MAX = 5


def packages():
    """The packages with books for dictd."""
    names = subprocess.run(["apt-cache", "pkgnames", "dict-"], capture_output=True, text=True, check=True)
    return sorted(names.stdout.split())


def unpacked(package, folder, kept):
    """The indexes of the books in a package."""
    archive = next(kept.glob(f"{package}_*.deb"), None) if kept else None
    if archive is None:
        subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        archive = next(pathlib.Path(folder).glob("*.deb"))
    subprocess.run(["dpkg", "-x", archive, folder], check=True)
    return sorted(pathlib.Path(folder).glob("usr/share/dictd/*.index"))


def letters(text):
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in decomposed if c.isalnum())


def number(text):
    value = 0
    for digit in text:
        value = value * 64 + DIGITS.index(digit)
    return value


class Articles:
    """The articles of a book, by the letters of their headwords."""

    def __init__(self, index):
        packed = index.with_suffix(".dict.dz")
        self.text = gzip.open(packed).read() if packed.exists() else index.with_suffix(".dict").read_bytes()
        self.places = collections.defaultdict(list)
        for line in index.read_text(errors="replace").split("\n"):
            columns = line.split("\t")
            if len(columns) > 2:
                for headword in {columns[0], columns[-1] if len(columns) > 3 else columns[0]}:
                    self.places[letters(headword)].append((number(columns[1]), number(columns[2])))

    def has_below_heading(self, word, line):
        """Whether an article of the word has this line below its headword line."""
        return any(letters(line) in letters(self.below_heading(word, *place)) for place in self.places[letters(word)])

    def below_heading(self, word, offset, length):
        lines = self.text[offset:offset + length].decode(errors="replace").strip().split("\n")
        heading, rest = lines[0], lines[1:]
        # A long headword goes on below.
        while rest and len(letters(heading)) < len(letters(word)) and letters(word).startswith(letters(heading)):
            heading += rest.pop(0)
        return "\n".join(rest)


def faults(word, mean, articles):
    """What is wrong with an entry."""
    lines = [line.strip() for line in mean.split("\n")]
    if not any(lines):
        yield "blank entry"
    if any(LABEL.match(line) for line in lines):
        yield "blank sense"
    first = lines[0]
    # A link to another spelling is not a headword line.
    is_same = len(lines) > 1 and letters(word) and letters(first) == letters(word) and "[[" not in first
    if is_same and not articles.has_below_heading(word, first):
        yield "headword line as a sense"
    has_head = BEHIND.match(first) or first.startswith(word) and BEHIND.match(first[len(word):])
    if has_head and not articles.has_below_heading(word, first):
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
    articles = Articles(index)
    for word, mean in entries:
        count += 1
        for fault in faults(word, mean, articles):
            found[fault].append(word)
    return count, found


def main():
    dictapp, *names = sys.argv[1:]
    dictapp = pathlib.Path(dictapp).resolve()
    kept = pathlib.Path(names[1]).resolve() if names[:1] == ["--packages"] else None
    is_faulty = False
    books = total = 0
    for package in (names[2:] if kept else names) or packages():
        with tempfile.TemporaryDirectory() as folder:
            for index in unpacked(package, folder, kept):
                count, found = check(dictapp, index, folder)
                books, total = books + 1, total + count
                print(f"{package} {index.stem}: {count} entries", flush=True)
                for fault, words in found.items():
                    is_faulty = True
                    print(f"  {len(words)} x {fault}: {', '.join(words[:SHOWN_MAX])}", flush=True)
    print(f"{books} books, {total} entries")
    sys.exit(1 if is_faulty else 0)


if __name__ == "__main__":
    main()
