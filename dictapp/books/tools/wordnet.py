#!/usr/bin/env python3
"""Makes the English-to-English book from WordNet 3.0.

The book has the words of SCOWL up to level 35, the phrases and names of the hand lists, at most
eight senses an entry: those met most often in WordNet's tagged texts and the first of every part of
speech. Parts stand in the order of their first sense's count, senses in WordNet's order. Senses that
WordNet marks as slurs or obscene, and words of `lists/vulgar.txt`, are left out.
"""
import argparse
import collections
import os
import re

from assemble import Maker
from ranks import Counts, lines, ranks
from records import Record, order

FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
LABELS = {"n": "n.", "v": "v.", "a": "adj.", "r": "adv."}
PART_OF_TYPE = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}
MAX_SENSES, MAX_EXAMPLES, MAX_SYNONYMS = 8, 2, 8
# The synsets by which WordNet's usage pointers mark unsuitable words.
USAGES = {"vulgarism", "obscenity", "dirty_word", "ethnic_slur", "disparagement", "derogation", "depreciation"}
UNFIT = re.compile(
    r"ethnic slur|obscene|vulgar|offensive (term|name|word)|derogatory|disparag(ing|ement)|sexual(ly)? (intercourse|activit|arous|excit|promiscu|perver)"
    r"|genital|copulat|prostitut|sexual practice|have sex|sex act|stimulate sexually|sexual (urge|desire|impulse)|feces|excrement|defecat|buttocks|masturbat|lewd|lascivious",
    re.IGNORECASE,
)
# Examples that a schoolbook does not print.
UNFIT_EXAMPLE = re.compile(r"Armenians|the Jews|wandering Jew|Negro|the Communists|commit suicide|your breasts|breasts$|suicide bomber|^rape[ds]? |raped the")
# Names that schoolbooks no longer print; Nationalist China's synset is left out whole.
DATED = {"Red China", "Communist China", "Nationalist China", "Republic of China"}
HEADER = """\
# title: 英英词典 WordNet
# languages: en-en
# license: WordNet 3.0 and CMUdict (the notices below)
# edition: {edition}
# Made from WordNet 3.0 by dictapp/books/tools/wordnet.py. It is a part of it: the common words, at
# most eight senses each, two examples and eight synonyms to a sense; slurs, obscene senses and some
# dated names of states are left out. Quotation marks and dashes are set as in print; otherwise
# definitions and examples are unchanged. Head lines: headword, phonetic (empty), rank (1 for the
# commonest), CEFR level (cefrpy, MIT, which builds on CEFR-J). Pronunciations and forms are made as in
# the English-Chinese book (README.md beside it): from CMUdict, whose notice stands below WordNet's.
#
"""


def hand_list(folder, name):
    """The words of a hand list: one on each line if there are phrases, else separated by spaces."""
    text = lines(os.path.join(folder, name + ".txt"))
    if name == "phrases":
        return [line for line in text if line]
    return [word for line in text if not line.startswith("#") for word in line.split()]


def printed(text):
    """WordNet's marks as in print: `good' and ``good'' as “good”, -- as a dash."""
    text = re.sub(r"``(.*?)''", r"“\1”", text)
    text = re.sub(r"(?<!\w)`((?:[^`']|'(?=\w))*)'", r"“\1”", text)
    text = re.sub(r"\s*(?<!-)--(?!-)\s*", " – ", text)
    text = re.sub(r"(?<=[a-z])([,;])(?=[a-z])", r"\1 ", re.sub(r"\s+([,;])", r"\1", text))
    if text.count('"') % 2:
        text = text.replace('"', "")
    return " ".join(text.replace("`", "'").replace("''", "”").split())


class Synset:
    """One line of a data file."""

    def __init__(self, row, part):
        fields, _, gloss = row.partition(" | ")
        words = fields.split(" ")
        count = int(words[3], 16)
        raw = [re.sub(r"\((a|p|ip)\)$", "", word) for word in words[4 : 4 + 2 * count : 2]]
        self.part, self.words = part, [word.replace("_", " ") for word in raw]
        at, self.usages = 5 + 2 * count, set()
        for _ in range(int(words[4 + 2 * count])):
            if words[at] == ";u":
                self.usages.add((words[at + 2], words[at + 1]))
            at += 4
        # The definition ends at the first quotation; quotes inside it stay.
        split = re.match(r'([^"]*?)\s*[;:,]\s*(".*)', gloss) or re.match(r'([^"]*\))\s(".*)', gloss)
        definition, quoted = split.groups() if split else (gloss, "")
        self.definition = " ".join(definition.split()).strip(" ;:,")
        self.examples = [" ".join(text.split()) for text in re.findall(r'"([^"]+)"', quoted)]


def load(folder):
    """The synsets by part and offset, the senses by part and lemma, the tag counts."""
    synsets, senses, tags = {}, {}, collections.Counter()
    for part, name in FILES.items():
        for row in lines(f"{folder}/data.{name}"):
            if not row.startswith(" "):
                synsets[part, row[:8]] = Synset(row, part)
        for row in lines(f"{folder}/index.{name}"):
            if not row.startswith(" "):
                fields = row.split()
                senses[part, fields[0].replace("_", " ")] = fields[-int(fields[2]) :]
    for row in lines(f"{folder}/cntlist.rev"):
        key, number, count = row.split()
        lemma, _, rest = key.partition("%")
        tags[PART_OF_TYPE[rest[0]], lemma.replace("_", " "), int(number)] = int(count)
    return synsets, senses, tags


def is_unfit(synset, synsets):
    named = {word.replace(" ", "_") for part, offset in synset.usages if (part, offset) in synsets
             for word in synsets[part, offset].words}
    return bool(named & USAGES or "Nationalist China" in synset.words or UNFIT.search(synset.definition))


def shows(example, head):
    """Whether the example has the headword, or a form that begins like it."""
    stem = re.escape(head[:-1] if len(head) > 3 and head[-1] in "ey" else head)
    return re.search(rf"\b{stem}", example, re.IGNORECASE) and " = " not in example


def is_fit_example(example, head):
    return shows(example, head) and not UNFIT.search(example) and not UNFIT_EXAMPLE.search(example)


def entry(head, senses, synsets, tags, vulgar):
    """The lines below a headword; its senses are those whose synset spells it this way."""
    found = collections.defaultdict(list)
    for part in FILES:
        for number, offset in enumerate(senses.get((part, head.lower()), []), 1):
            synset = synsets[part, offset]
            if head in synset.words and not is_unfit(synset, synsets):
                found[part].append((tags[part, head.lower(), number], number, synset))
    parts = sorted(found, key=lambda part: -found[part][0][0])
    ranked = sorted(((count, -number, part) for part in parts for count, number, _ in found[part][1:]),
                    key=lambda item: (-item[0], -item[1]))
    kept = {(part, found[part][0][1]) for part in parts}
    kept |= {(part, -number) for _, number, part in ranked[: MAX_SENSES - len(kept)]}
    out = []
    for part in parts:
        for _, number, synset in found[part]:
            if (part, number) not in kept:
                continue
            out.append(f"{LABELS[part]} {printed(synset.definition)}")
            out += [f"> {printed(text)}" for text in [t for t in synset.examples if is_fit_example(t, head)][:MAX_EXAMPLES]]
            others = [word for word in synset.words if word != head and word not in DATED and word.lower() not in vulgar]
            if others:
                out.append("= " + "; ".join(others[:MAX_SYNONYMS]))
    return out


def chosen(args, senses, synsets, vulgar):
    """The spellings to explain: WordNet's own spelling if the word is on one of the lists."""
    wanted = set(hand_list(args.lists, "phrases")) | set(hand_list(args.lists, "names"))
    for level in (10, 20, 35):
        for kind in ("english-words", "american-words", "british-words", "english-upper", "english-proper-names"):
            path = f"{args.scowl}/{kind}.{level}"
            if os.path.exists(path):
                wanted |= set(lines(path))
    heads = set()
    for word in wanted:
        if word.lower() in vulgar or any(part in vulgar for part in word.lower().split()):
            continue
        for part in FILES:
            for offset in senses.get((part, word.lower()), []):
                if word in synsets[part, offset].words:
                    heads.add(word)
    return {word for word in heads if len(word) > 1 or word in "aI"}


def notice(path):
    """The notice in Debian's copyright file: from the licence's first words to its last."""
    text = "\n".join(row[1:] if row.startswith(" ") else row for row in lines(path))
    start, end = text.index("This software and database is being"), text.index("\n\nFiles: debian")
    rows = [row.rstrip() for row in text[start:end].split("\n")]
    return "".join("#" + (f" {row}" if row != "." else "") + "\n" for row in ["WordNet Release 3.0", "", *rows]).replace("# \n", "#\n")


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--wordnet", default="/usr/share/wordnet")
    cli.add_argument("--scowl", default="/usr/share/dict/scowl")
    cli.add_argument("--model", default="/usr/share/pocketsphinx/model/en-us/en-us.lm.bin")
    cli.add_argument("--copyright", default="/usr/share/doc/wordnet-base/copyright")
    cli.add_argument("--lists", default="lists")
    cli.add_argument("--cmudict", default="cmudict.dict")
    cli.add_argument("--notice", default="cmudict-LICENSE")
    cli.add_argument("--out", default="../en-en.book")
    cli.add_argument("--edition", required=True, help="today's date, as 2026-11-21")
    args = cli.parse_args()

    synsets, senses, tags = load(args.wordnet)
    vulgar = set(hand_list(args.lists, "vulgar"))
    entries = {head: entry(head, senses, synsets, tags, vulgar) for head in chosen(args, senses, synsets, vulgar)}
    found = {head: Record.parse(head, list(enumerate(body))) for head, body in entries.items() if body}
    maker = Maker(found, args.cmudict)
    for record in found.values():
        maker.fill(record)
    place = ranks(list(found.values()), Counts(args.model, args.lists))

    legal = notice(args.copyright) + "#\n# CMUdict\n#\n" + "".join(f"# {row}".rstrip() + "\n" for row in lines(args.notice))
    with open(args.out, "w", encoding="utf-8", newline="\n") as file:
        file.write(HEADER.format(edition=args.edition) + legal)
        for head in sorted(found, key=order):
            found[head].rank = place[head]
            file.write("\n" + found[head].written())
    parts = [part for record in found.values() for part in record.parts]
    print(f"{len(found)} entries, {sum(len(part.senses) for part in parts)} senses, "
          f"{sum(bool(part.columns()[0]) for part in parts)} of {len(parts)} parts with pronunciations: {args.out}")


if __name__ == "__main__":
    main()
