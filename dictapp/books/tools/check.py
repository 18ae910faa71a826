#!/usr/bin/env python3
"""Checks the English-to-Chinese book against its rules.

Violations are printed as `file:line: what`, and the exit code is 1. Lines with `look:` are for a
human: an example in which the headword was not seen. They do not fail the check.
"""
import argparse
import collections
import os
import re
import sys

from records import HAN, LABELS, MAX_GLOSSES, MAX_SENSES, read, split_example, split_sense, traditional

HALF_WIDTH = re.compile(rf"[{HAN}）”][,;:!?()]|[,;:!?(][{HAN}（“]|[{HAN}]\.(?!\d)|\)[{HAN}]")
SPACED = re.compile(rf"[，。；：？！（）、] | [，。；：？！（）、]|[{HAN}] [{HAN}]|  ")
UNFIT = re.compile(
    r"\b(fuck\w*|shit\w*|bitch\w*|cunt|whore|slut|nigger|penis|vagina|porn\w*|orgasm)\b"
    "|妓女|性交|强奸|做爱|他妈|婊子|色情|手淫|阴茎|阴道|傻逼",
    re.IGNORECASE,
)
# The commonest so many have an example.
SHOWN = 2000
SOMEONE = {"one's", "oneself", "someone", "somebody", "sb", "something", "sth"}
IRREGULAR = {
    "be": "am is are was were been being 'm 're 's", "have": "has had having 've", "do": "does did done doing",
    "a": "an", "an": "a", "dollar": "$", "ok": "ok o.k.",
    "good": "better best", "well": "better best", "bad": "worse worst",
    "can": "cannot can't", "will": "won't 'll", "not": "n't cannot", "shall": "shan't", "would": "'d", "had": "'d",
}


class Forms:
    """What a headword may look like in a sentence."""

    def __init__(self, wordnet):
        self.irregular = collections.defaultdict(set)
        for base, forms in IRREGULAR.items():
            self.irregular[base] |= set(forms.split())
        for part in ("noun", "verb", "adj", "adv"):
            path = os.path.join(wordnet, part + ".exc")
            if os.path.exists(path):
                for row in open(path, encoding="utf-8"):
                    form, *bases = row.split()
                    for base in bases:
                        self.irregular[base].add(form)

    def of(self, word):
        forms = {word, word + "s", word + "es", word + "ed", word + "ing", word + "er", word + "est",
                 word + "d", word + "r", word + "st", word + "'s"}
        last = word[-1]
        forms |= {word + last + end for end in ("ed", "ing", "er", "est")}
        if last == "y":
            forms |= {word[:-1] + end for end in ("ies", "ied", "ier", "iest")}
        if last == "e":
            forms |= {word[:-1] + "ing"}
        if word.endswith("ie"):
            forms |= {word[:-2] + "ying"}
        if word.endswith("fe") or last == "f":
            forms |= {word.rstrip("e")[:-1] + "ves"}
        return forms | self.irregular[word]

    def pattern(self, headword):
        """The words of the headword in their order, each inflected, with room between for an object."""
        parts = []
        for word in headword.lower().split():
            if word in SOMEONE:
                continue
            forms = sorted(self.of(word), key=len, reverse=True)
            parts.append(r"(?<!\w)(?:" + "|".join(map(re.escape, forms)) + r")(?!\w)"
                         if word not in ("be", "will", "not", "would", "have", "had")
                         else "(?:" + "|".join(map(re.escape, forms)) + r")(?:n't)?(?!\w)")
        return re.compile(r"[^.?!]{0,40}?".join(parts), re.IGNORECASE)


def sense_faults(line):
    """What is wrong with a sense line."""
    label, glosses = split_sense(line)
    if label is None:
        return [f"does not begin with one of the labels {' '.join(LABELS)}: {line[:30]}"]
    text, faults = line[len(label) + 1:], []
    if len(glosses) > MAX_GLOSSES:
        faults.append(f"{len(glosses)} glosses, at most {MAX_GLOSSES}")
    if any(not gloss.strip() or gloss != gloss.strip() for gloss in glosses):
        faults.append("an empty gloss, or a space around one")
    if not re.search(f"[{HAN}]", text):
        faults.append("a gloss line without a Chinese character")
    if text.endswith(("。", "，", "；", "、")):
        faults.append("a gloss line ends with punctuation")
    if re.search(r"[A-Za-z]{2,}\. ", text):
        faults.append("looks like two parts of speech on one line")
    return faults + chinese_faults(text)


def chinese_faults(text):
    faults = []
    if HALF_WIDTH.search(text):
        faults.append(f"half-width punctuation beside Chinese: {HALF_WIDTH.search(text)[0]}")
    if SPACED.search(text):
        faults.append(f"a space beside Chinese punctuation, or between characters: {SPACED.search(text)[0]!r}")
    if '"' in text or "'" in re.sub(r"[A-Za-z]'[A-Za-z]|s'", "", text):
        faults.append("straight quotes in Chinese, use “ ”")
    if re.search("(?<!…)…(?!…)", text):
        faults.append("an ellipsis is …… in Chinese")
    if "..." in text or "~" in text or "～" in text:
        faults.append("... or ~ in Chinese, use ……")
    if text.count("（") != text.count("）"):
        faults.append("（ and ） do not pair")
    if traditional(text):
        faults.append(f"not simplified (outside GB 2312): {''.join(traditional(text))}")
    return faults


def example_faults(line, seen):
    """What is wrong with an example line; `seen` holds the sentences before it."""
    pair = split_example(line)
    if pair is None:
        return ["an example is `> English. = 中文。` with exactly one ` = `"]
    english, chinese = pair
    faults = chinese_faults(chinese)
    if not re.search(r"[.?!][\"')]?$", english):
        faults.append("the English does not end with . ? or !")
    if not re.search("[。？！…][”』）]?$", chinese):
        faults.append("the Chinese does not end with 。？ or ！")
    if not re.search(f"[{HAN}]", chinese):
        faults.append("the translation has no Chinese character")
    junk = re.sub(r"[ -~éïèêñ£€°]", "", english)
    if junk:
        faults.append(f"characters that are no plain English: {junk}")
    if not re.match(r"[\"'(]?[A-Z0-9$£]", english):
        faults.append("the English does not begin with a capital")
    key = re.sub(r"\W", "", english).lower()
    if key in seen:
        faults.append("the example stands twice")
    seen.add(key)
    return faults


def check_record(head, body, forms, must_have_example, seen):
    """Yields (line offset in body or None, fault, failing?)."""
    parts, glosses, senses, examples = [], collections.defaultdict(set), 0, 0
    for index, (_, line) in enumerate(body):
        if line != line.rstrip() or "\t" in line or "\r" in line:
            yield index, "a tab, a carriage return or trailing space", True
        if UNFIT.search(line):
            yield index, f"unfit: {UNFIT.search(line)[0]}", True
        if line.startswith(">"):
            examples += 1
            if not parts:
                yield index, "an example before any sense", True
            for fault in example_faults(line, seen):
                yield index, fault, True
            if not forms.pattern(head).search((split_example(line) or (line,))[0]):
                yield index, f"`{head}` is not seen in: {line[2:70]}", False
            continue
        senses += 1
        for fault in sense_faults(line):
            yield index, fault, True
        label, words = split_sense(line)
        parts.append(label)
        for word in words:
            if word in glosses[label]:
                yield index, f"the gloss {word} stands twice under {label}", True
            glosses[label].add(word)
    if not senses:
        yield None, f"`{head}` has no sense", True
    if senses > MAX_SENSES:
        yield None, f"`{head}` has {senses} sense lines, at most {MAX_SENSES}", True
    if must_have_example and not examples:
        yield None, f"`{head}` needs an example", True


def check_book(path, forms):
    """Prints what is wrong; gives the number of violations."""
    records, seen, bad = read(path), set(), 0

    def say(number, fault, failing):
        nonlocal bad
        bad += failing
        print(f"{path}:{number}: {'' if failing else 'look: '}{fault}")

    heads, ranks = collections.Counter(), collections.Counter()
    for number, line, body in records:
        head, _, rank = (line.split("\t") + ["", ""])[:3]
        heads[head] += 1
        ranks[rank] += 1
        if heads[head] > 1:
            say(number, f"`{head}` stands twice", True)
        if not rank.isdecimal() or ranks[rank] > 1:
            say(number, f"`{head}` has no rank of its own: {rank!r}", True)
        common = rank.isdecimal() and int(rank) <= SHOWN
        for index, fault, failing in check_record(head, body, forms, common, seen):
            say(number if index is None else body[index][0], fault, failing)
    examples = sum(row.startswith(">") for _, _, body in records for _, row in body)
    print(f"{path}: {len(records)} records, {examples} examples, {bad} violations")
    return bad


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--wordnet", default="/usr/share/wordnet", help="for irregular forms in examples")
    cli.add_argument("book", nargs="?", default="../en-zh.book")
    args = cli.parse_args()
    sys.exit(1 if check_book(args.book, Forms(args.wordnet)) else 0)


if __name__ == "__main__":
    main()
