#!/usr/bin/env python3
"""Checks the dictionaries against their rules and prints whether each requirement of the English-Chinese book is met.

Violations are printed as `file:line: headword: what`, and the exit code is 1. `look` counts what is for
a human: an example in which the headword was not seen or its neighbors tell another part of speech
(`--look` prints them). Needs Python alone.
"""
import argparse
import collections
import os
import re
import sys

import rules
from records import read

SYLLABUS_RANK, EXAMPLE_RANK, SENSE_RANK = 8000, 5000, 1000
ABBREVIATIONS = ("abbr.",)
MONTHS = "January February March April May June July August September October November December".split()
# Words that the counts take for others (contractions, names), and words that learners meet early: the least and the greatest rank.
RANKED = [("cant", 5000, 1 << 30), ("wont", 5000, 1 << 30), ("smith", 5000, 1 << 30), ("nick", 5000, 1 << 30), ("thirsty", 1, 4500),
          ("handsome", 1, 4500), ("badminton", 1, 5000), ("Sun.", 5000, 1 << 30), ("on and on", 2500, 1 << 30)]
HERE = os.path.dirname(os.path.abspath(__file__))


def hand_list(name):
    """The rows of a list, without comments, split at TABs."""
    with open(os.path.join(HERE, "lists", name), encoding="utf-8") as file:
        return [row.rstrip("\n").split("\t") for row in file if row.strip() and not row.startswith("#")]


class Book:
    """A book and the figures that its requirements need."""

    def __init__(self, path):
        self.path, self.records = path, read(path)
        self.heads = {record.head: record for record in self.records}
        self.small = {head.lower() for head in self.heads}
        self.forms = collections.defaultdict(set)
        for record in self.records:
            for part in record.parts:
                self.forms[record.head.lower()] |= set(rules.words_of(part.columns()[1]))

    def rank(self, record):
        return int(record.rank) if record.rank.isdecimal() else 1 << 30

    def has(self, word):
        return word in self.heads or word.lower() in self.small

    def lacking(self, words):
        return [word for word in words if not self.has(word)]


def violations(book, show):
    """Prints the violations of rules; returns their number and the number of places to look at."""
    seen, heads, ranks, bad, look = set(), collections.Counter(), collections.Counter(), 0, 0

    def say(record, fault, failing):
        nonlocal bad, look
        bad, look = bad + failing, look + (not failing)
        if failing or show:
            print(f"{book.path}:{record.number}: {'' if failing else 'look: '}{record.head}: {fault}")

    for record in book.records:
        heads[record.head] += 1
        ranks[record.rank] += 1
        if heads[record.head] > 1:
            say(record, "stands twice", True)
        if not record.rank.isdecimal() or ranks[record.rank] > 1:
            say(record, f"has no rank of its own: {record.rank!r}", True)
        for fault, failing in rules.record_faults(record, book.forms, seen):
            say(record, fault, failing)
    for record, word in dead_pointers(book):
        say(record, f"points to {word}, which has no entry", True)
    return bad, look


def dead_pointers(book):
    """Records whose gloss refers to a word that has no entry: （同 among）, （amaze 的过去式）."""
    pointer = re.compile(r"（(?:同|等于|参见|见|英式|美式|也拼作|英式拼写为|美式拼写为) ?([A-Za-z' -]+?)）|（([A-Za-z' -]+?) 的(?:过去|复数|现在分词|比较级|最高级)")
    for record in book.records:
        for _, sense in record.senses():
            for found in pointer.findall(sense.gloss):
                for word in re.split(" 或 | or ", found[0] or found[1]):
                    if not book.has(word.strip()) and not is_form(book, word.strip()):
                        yield record, word.strip()


def is_form(book, word):
    return any(word in forms for forms in book.forms.values())


def glosses(book):
    """Every whole gloss with the headwords that have it, as `{headword: (closeness, rank)}`: 0 in the first sense, 1 in a later
    one, 2 behind a semicolon."""
    found = collections.defaultdict(dict)
    for record in book.records:
        for place, (_, sense) in enumerate(record.senses()):
            for at, piece in enumerate(re.sub("（[^）]*）", "", sense.gloss).split("；")):
                closeness = (2 if at else min(place, 1), book.rank(record))
                for gloss in re.findall(r"[^\W_]+", piece):
                    found[gloss][record.head] = min(found[gloss].get(record.head, closeness), closeness)
    return found


def reverse(found, chinese):
    """The headwords that have `chinese` as a whole gloss, in the order of the program: first senses, then common words."""
    closest = {}
    for ending in ("", "的", "地"):
        for head, closeness in found.get(chinese + ending, {}).items():
            closest[head] = min(closest.get(head, closeness), closeness)
    return sorted(closest, key=closest.get)


def everyday(book):
    """The everyday Chinese words that do not lead to a right English word first."""
    wrong, found = [], glosses(book)
    for chinese, english in hand_list("everyday.txt"):
        first = reverse(found, chinese)[:1]
        if not first or first[0] not in english.split(", "):
            wrong.append(f"{chinese} ({first[0] if first else 'nothing'})")
    return wrong


def readings(book):
    """Single words without a British pronunciation, and how the two differ."""
    lacking, same, usual, other = [], 0, 0, []
    for record in book.records:
        if " " in record.head:
            continue
        for part in record.parts:
            said = [one.strip() for one in part.columns()[0].split(";")]
            uk = [one[3:] for one in said if one.startswith("UK ")]
            us = [one[3:] for one in said if one.startswith("US ")]
            if not uk or not us:
                lacking.append(record.head)
            elif uk[0] == us[0]:
                same += 1
            elif rules.unexplained(uk[0], us[0]):
                other.append(record.head)
            else:
                usual += 1
    return lacking, same, usual, other


def bars(book):
    """Rows `(name, figure, requirement, whether it is met, what is missing)` of the table."""
    syllabus = [row[0] for row in hand_list("syllabus.txt")]
    left_out = {row[0] for row in hand_list("obsolete.txt")}
    lacking = [word for word in book.lacking(syllabus) if word not in left_out]
    yield "headwords", len(book.records), 8000, len(book.records) >= 8000, []
    yield "syllabus words lacking", len(lacking), 0, not lacking, lacking
    restored = book.lacking(row[0] for row in hand_list("restored.txt"))
    yield "words wrongly held to be unfit, lacking", len(restored), 0, not restored, restored
    phrases = [head for head in book.heads if " " in head]
    yield "phrases and phrasal verbs", len(phrases), 800, len(phrases) >= 800, []
    modern = [row[0] for row in hand_list("modern.txt") if book.has(row[0])]
    short = [record.head for record in book.records if any(part.label in ABBREVIATIONS for part in record.parts)]
    yield "abbreviations, units, modern words", len(set(modern + short)), 200, len(set(modern + short)) >= 200, []
    spellings = book.lacking(row[0] for row in hand_list("spellings.txt") if book.has(row[1]))
    yield "British variants lacking", len(spellings), 0, not spellings, spellings
    silent, same, usual, other = readings(book)
    yield "parts of single words without UK and US pronunciation", len(silent), 0, not silent, silent
    yield "parts whose readings differ by part of speech", len(set(tied(book))), 35, len(set(tied(book))) >= 35, []
    short = list(dict.fromkeys(clipped(book)))
    yield "abbreviations that are not read as their word", len(short), 0, not short, short
    yield f"UK as US {same}, by the usual rules {usual}, otherwise", len(other), "-", True, other
    bare = [record.head for record in book.records if book.rank(record) <= EXAMPLE_RANK and not record.examples()]
    yield f"entries to rank {EXAMPLE_RANK} without an example", len(bare), 0, not bare, bare
    unshown = [f"{record.head} {part.label}" for record in book.records if book.rank(record) <= SENSE_RANK
               for part in record.parts if not any(sense.examples for sense in part.senses)]
    yield f"parts of speech to rank {SENSE_RANK} without an example", len(unshown), 0, not unshown, unshown
    main = [sense for record in book.records if book.rank(record) <= SENSE_RANK for _, sense in record.senses()]
    yield f"senses to rank {SENSE_RANK} with an example, of {len(main)}", sum(bool(sense.examples) for sense in main), "-", True, []
    wrong = everyday(book)
    total = len(hand_list("everyday.txt"))
    yield f"of {total} everyday Chinese words, wrong at first", len(wrong), total // 20, len(wrong) <= total // 20, wrong
    misplaced = [f"{head} {book.rank(book.heads[head])}" for head, low, high in RANKED if not low <= book.rank(book.heads[head]) <= high]
    yield "words whose counts mislead, with a false rank", len(misplaced), 0, not misplaced, misplaced
    late = [record.head for record in book.records if record.level and not record.parts[0].columns()[2]]
    yield "entries whose level is that of a later part of speech only", len(late), 0, not late, late
    single = [name for name in MONTHS if not any("plural" in part.columns()[1] for part in book.heads[name].parts)]
    yield "months without a plural", len(single), 0, not single, single
    repeated = [record.head for record in book.records for part, sense in record.senses() if repeats_forms(record, part, sense)]
    yield "glosses that repeat inflected forms", len(repeated), 0, not repeated, repeated
    levelled = sum(bool(record.level) for record in book.records)
    yield "entries with a level", levelled, "-", True, []


def clipped(book):
    """Abbreviations with a full stop that are not read as the word that their gloss names: Dec. as December."""
    for record in book.records:
        for part, sense in record.senses():
            whole = re.search(r"（([A-Za-z]+)(?: 的缩写)?）", sense.gloss) if part.label in ABBREVIATIONS and record.head.endswith(".") else None
            said = book.heads[whole[1]].parts[0].columns()[0] if whole and whole[1] in book.heads else ""
            if said and not set(said.split("; ")) & set(part.columns()[0].split("; ")):
                yield record.head


def repeats_forms(record, part, sense):
    """Whether a note in brackets names inflected forms, which belong to the `@` line: `（forecast 或 forecasted）`."""
    note = re.search("（([a-z]+) 或 ([a-z]+)）", sense.gloss)
    stem = record.head[:4].lower()
    return bool(note) and part.label == "v." and all(word.startswith(stem) for word in note.groups())


def tied(book):
    """Headwords whose parts of speech are pronounced differently."""
    for record in book.records:
        if len({part.columns()[0] for part in record.parts}) > 1:
            yield record.head


def dead_links(book, others):
    """Words that synonyms, antonyms, families and phrases name, and that neither book has."""
    for record in book.records:
        senses = [sense for _, sense in record.senses()]
        named = record.family + record.phrases + [word for sense in senses for word in sense.synonyms + sense.antonyms]
        yield from (f"{record.head} {word}" for word in named if not book.has(word) and word not in others and not is_form(book, word))


def english(path, book):
    """Rows of the English-English book: remaining marks of WordNet, headwords without a pronunciation, links to neither book."""
    records = read(path)
    dead = list(dead_links(book, {record.head for record in records}))
    yield "links to words without an entry in either book", len(dead), 0, not dead, dead
    debris = [record.head for record in records for _, sense in record.senses() if re.search("``|`|''|--", sense.gloss)]
    silent = [record.head for record in records if " " not in record.head and not any(part.columns()[0] for part in record.parts)]
    yield "English-English: headwords", len(records), 21349, len(records) >= 21349, []
    yield "English-English: definitions with WordNet's marks", len(debris), 0, not debris, debris
    yield "English-English: single words without a pronunciation", len(silent), "-", True, silent


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--look", action="store_true", help="print the places for a human too")
    cli.add_argument("--all", action="store_true", help="print every word that a bar lacks")
    cli.add_argument("--strict", action="store_true", help="a bar that is not met fails the check")
    cli.add_argument("book", nargs="?", default=os.path.join(HERE, "..", "en-zh.book"))
    args = cli.parse_args()
    book = Book(args.book)
    bad, look = violations(book, args.look)
    examples = sum(len(record.examples()) for record in book.records)
    print(f"{os.path.basename(args.book)}: {len(book.records)} entries, {sum(len(record.senses()) for record in book.records)} senses, "
          f"{examples} examples, {bad} violations, {look} places to look at")
    missed = 0
    other = os.path.join(os.path.dirname(args.book), "en-en.book")
    for what, figure, bar, met, words in [*bars(book), *english(other, book)]:
        missed += not met
        shown = ", ".join(words if args.all else words[:12]) + (" ..." if len(words) > 12 and not args.all else "")
        print(f"{'ok  ' if met else 'MISS'} {what}: {figure}" + ("" if bar == "-" else f" (bar {bar})") + (f": {shown}" if shown else ""))
    sys.exit(1 if bad or args.strict and missed else 0)


if __name__ == "__main__":
    main()
