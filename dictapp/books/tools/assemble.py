#!/usr/bin/env python3
"""Assembles the English-to-Chinese book: its own records, new ones, and the results of the tools.

What stands below a headword is written by hand and kept: senses, examples, links. Pronunciations,
forms, levels and ranks are made anew at each run (readings.py, forms.py, levels.py, ranks.py). A
record of a file that is named replaces the one with its headword; examples (`.tsv`: headword, part
of speech, example) are added to the first sense of their part.
"""
import argparse
import re

import forms
import levels
import notes
import ranks
import readings
import records
import spelling

HEADER = """\
# title: 英汉学习词典 English-Chinese
# languages: en-zh
# license: CC0-1.0 (headwords, glosses, examples, translations), CMUdict's notice below (pronunciations)
# edition: {edition}
# Headwords: the commonest lemmas of SCOWL, the words of school and university syllabuses, and words,
# phrases and names chosen by hand. Glosses and examples were written for this book and copied from no
# dictionary. Head lines: headword, phonetic (empty), rank (1 for the commonest), CEFR level. Levels:
# cefrpy (MIT), which builds on CEFR-J. Ranks: from the counts of pocketsphinx's English model and of
# Google Books Ngrams (CC BY 3.0). How the book is made: README.md beside it.
# Pronunciations: American, derived by rule from CMUdict; British, derived from those by rule; some
# given by hand. The notice of CMUdict:
#
"""


def countable(part):
    """Whether a noun has a plural, as its labels say; None if they do not."""
    labels = [sense.labels for sense in part.senses]
    if any("C" in found or "C or U" in found or "usually plural" in found for found in labels):
        return True
    if all("U" in found or "singular" in found or "plural" in found for found in labels):
        return False
    return None


def is_inflection(part):
    """Whether the part only names its base form, so that it has no forms of its own."""
    return all(any(mark in sense.gloss for mark in records.INFLECTIONS) for sense in part.senses)


class Maker:
    """Fills the `@` lines."""

    def __init__(self, heads, cmudict):
        self.readings = readings.Readings(heads, cmudict)
        self.forms, self.levels = forms.Forms(), levels.Levels(readings.table("lists/levels.txt"))

    def fill(self, record):
        """Pronunciations, forms and level of each part of a record."""
        seen = {}
        for part in record.parts:
            seen[part.label] = number = seen.get(part.label, 0) + 1
            said, _, _ = part.columns()
            own = self.readings.of(record.head, part.label, number)
            if number > 1 and (record.head, part.label, number) not in self.readings.by_part:
                own = said or own
            found = [] if is_inflection(part) else self.forms.of(
                record.head, part.label, countable(part), (self.readings.phones(record.head, part.label, number) or [()])[0], number)
            level = self.levels.of(record.head, part.label)
            part.head = " | ".join([own, forms.written(found), level]).replace("  ", " ").rstrip("| ")
        record.level = levels.easiest([part.columns()[2] for part in record.parts])
        record.phonetic = ""


def merged(book, files):
    """The records of the book with those of the files in their places, by headword."""
    found = {record.head: record for record in records.read(book)}
    respelled = dict(readings.table("lists/respelled.txt"))
    for path in files:
        if path.endswith(".tsv"):
            for head, label, *place, example in readings.table(path):
                add_example(found.get(head), label, int(place[0]) if place else 0, example, path)
            continue
        for record in records.read(path):
            record.head = respelled.get(record.head, record.head)
            if not record.parts or record.faults:
                print(f"{path}:{record.number}: left out, not a record: {record.head} {record.faults}")
            elif "modern" in path and record.head in found:
                complete(found[record.head], record)
            else:
                found[record.head] = record
    return found


def complete(record, other):
    """Adds the parts and senses that only another record of the same headword has."""
    for part in other.parts:
        mine = [own for own in record.parts if own.label == part.label]
        if not mine:
            record.parts.append(part)
        elif not any(sense.examples for sense in mine[0].senses):
            mine[0].senses[0].examples += [example for sense in part.senses for example in sense.examples][:1]
    record.family = list(dict.fromkeys(record.family + other.family))
    record.phrases = list(dict.fromkeys(record.phrases + other.phrases))


def add_example(record, label, place, example, path):
    """Adds an example to the sense of this number, or to the first if that has none."""
    parts = [part for part in record.parts if part.label == label] if record else []
    senses = [sense for part in parts for sense in part.senses][max(place - 1, 0) :]
    if not senses or records.split_example(example) is None:
        print(f"{path}: no place for: {record and record.head} {label} {place or ''} {example}")
    elif example not in record.examples() and (place or not senses[0].examples):
        senses[0].examples.append(example)


def tidy(records_in_order):
    """One kind of quotes and spelling in English, no space before a full-width bracket, no example twice."""
    seen, american = set(), spelling.American(list(readings.table("lists/spellings.txt")))
    for record in records_in_order:
        for _, sense in record.senses():
            sense.gloss = re.sub(" +（", "（", sense.gloss)
            examples = [american.spelled(record, sense, plain_quotes(example)) for example in sense.examples]
            sense.examples = [example for example in examples if key(example) not in seen]
            seen |= {key(example) for example in sense.examples}


def plain_quotes(example):
    """The English with straight quotes; the Chinese keeps its own."""
    english, equals, chinese = example.partition(" = ")
    return english.translate(str.maketrans("“”‘’", "\"\"''")) + equals + chinese


def key(example):
    return re.sub(r"\W", "", example.partition(" = ")[0]).lower()


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--edition", required=True, help="today's date, as 2026-11-21")
    cli.add_argument("--cmudict", default="cmudict.dict")
    cli.add_argument("--notice", default="cmudict-LICENSE")
    cli.add_argument("--book", default="../en-zh.book")
    cli.add_argument("--base", help="the records to begin with, else the book's own")
    cli.add_argument("files", nargs="*", help="records and examples to take in")
    args = cli.parse_args()

    found = merged(args.base or args.book, args.files)
    for head in (row[0] for row in readings.table("lists/dropped.txt")):
        found.pop(head, None)
    tidy(sorted(found.values(), key=lambda record: int(record.rank or 1 << 20)))
    maker = Maker(found, args.cmudict)
    for record in found.values():
        for part, sense in record.senses():
            notes.to_labels(sense)
            notes.to_pattern(sense, record.head)
        maker.fill(record)
        for part, sense in record.senses():
            notes.drop_forms(sense, {*ranks.spellings(part.columns()[1])})
    place = ranks.ranks(list(found.values()), ranks.Counts())
    notice = [f"# {row}".rstrip() for row in open(args.notice, encoding="utf-8").read().strip().split("\n")]
    with open(args.book, "w", encoding="utf-8", newline="\n") as file:
        file.write(HEADER.format(edition=args.edition) + "\n".join(notice) + "\n")
        for head in sorted(found, key=records.order):
            found[head].rank = place[head]
            file.write("\n" + found[head].written())
    senses = [sense for record in found.values() for _, sense in record.senses()]
    print(f"{len(found)} entries, {len(senses)} senses, {sum(len(sense.examples) for sense in senses)} examples: {args.book}")


if __name__ == "__main__":
    main()
