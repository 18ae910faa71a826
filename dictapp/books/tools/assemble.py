#!/usr/bin/env python3
"""Brings the English-to-Chinese book into its order, with its header, phonetics and ranks.

What stands below a headword is taken as it is: that is written by hand. The phonetics come from
`ipa.tsv` (made by ipa.py) and the ranks from `ranked.txt` (made by headwords.py); without them those
in the book stay. Records are ordered by headword, letters first without case, then as written.
"""
import argparse
import os

from records import read

HEADER = """\
# title: 英汉学习词典 English-Chinese
# languages: en-zh
# license: CC0-1.0 (headwords, glosses, examples, translations), CMUdict's notice below (phonetics)
# edition: {edition}
# Headwords: the commonest lemmas of SCOWL's levels 10, 20 and 35, and words, phrases and names chosen by
# hand. The third column is the place in the order of commonness, 1 for the commonest. Glosses and
# examples were written for this book and copied from no dictionary; see README.md beside it.
# Phonetics: General American, derived by rule from CMUdict, some chosen or given by hand. The
# notice of CMUdict:
#
"""


def table(path):
    if not os.path.exists(path):
        return {}
    return dict(row.rstrip("\n").split("\t") for row in open(path, encoding="utf-8"))


def ranked(path):
    if not os.path.exists(path):
        return {}
    return {word: place for place, word in enumerate(open(path, encoding="utf-8").read().split("\n"), 1) if word}


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--edition", required=True, help="today's date, as 2026-11-21")
    cli.add_argument("--ranked", default="ranked.txt")
    cli.add_argument("--ipa", default="ipa.tsv")
    cli.add_argument("--notice", default="cmudict-LICENSE")
    cli.add_argument("--book", default="../en-zh.book")
    cli.add_argument("records", nargs="*", help="files with records to take in, else the book's own")
    args = cli.parse_args()

    sounds, ranks, entries = table(args.ipa), ranked(args.ranked), {}
    for path in args.records or [args.book]:
        for number, line, body in read(path):
            head, sound, rank = (line.split("\t") + ["", ""])[:3]
            if head in entries:
                cli.error(f"{path}:{number}: `{head}` stands twice")
            entries[head] = (sounds.get(head, sound), ranks.get(head, rank), [row for _, row in body])
    notice = [f"# {row}".rstrip() for row in open(args.notice, encoding="utf-8").read().strip().split("\n")]
    with open(args.book, "w", encoding="utf-8", newline="\n") as file:
        file.write(HEADER.format(edition=args.edition) + "\n".join(notice) + "\n")
        for head in sorted(entries, key=lambda word: (word.lower(), word)):
            sound, rank, body = entries[head]
            file.write(f"\n{head}\t{sound}\t{rank}\n" + "\n".join(body) + "\n")
    body = [row for _, _, rows in entries.values() for row in rows]
    examples = sum(row.startswith(">") for row in body)
    print(f"{len(entries)} entries, {len(body) - examples} sense lines, {examples} examples, "
          f"{sum(bool(sound) for sound, _, _ in entries.values())} with phonetics: {args.book}")


if __name__ == "__main__":
    main()
