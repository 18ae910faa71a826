#!/usr/bin/env python3
"""Chooses and ranks the headwords of the English-to-Chinese book.

Reads SCOWL (levels 10, 20, then 35 to fill up), WordNet's exception and index files, the unigram
probabilities of pocketsphinx's English language model (they only set the order) and the hand lists
in `lists/`; writes `ranked.txt`, one headword a line, the commonest first.
"""
import argparse
import collections
import glob
import os
import re
import struct
import unicodedata

RULES = {
    "n": [("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("ies", "y")],
    "v": [("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")],
    "a": [("er", ""), ("est", ""), ("er", "e"), ("est", "e")],
}
FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
PARTS = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]


def hand_list(folder, name):
    """The words of a hand list: one a line where there are phrases, else separated by spaces."""
    text = lines(os.path.join(folder, name + ".txt"))
    if name in ("phrases", "learners"):
        return [line for line in text if line]
    return [word for line in text if not line.startswith("#") for word in line.split()]


class WordNet:
    """The lemmas by part of speech, their tag counts and the irregular forms."""

    def __init__(self, folder):
        self.lemmas, self.irregular = {}, {}
        for part, name in FILES.items():
            rows = [row for row in lines(f"{folder}/index.{name}") if not row.startswith(" ")]
            self.lemmas[part] = {row.split(" ", 1)[0].replace("_", " ") for row in rows}
            table = collections.defaultdict(list)
            for row in lines(f"{folder}/{name}.exc"):
                form, *bases = row.split()
                table[form.replace("_", " ")] += bases
            self.irregular[part] = table
        self.tags = collections.Counter()
        for row in lines(f"{folder}/cntlist.rev"):
            key, _, count = row.split()
            self.tags[key.split("%")[0].replace("_", " ")] += int(count)

    def bases(self, form):
        """What the form may be an inflection of."""
        found = []
        for part, rules in RULES.items():
            if form in self.irregular[part]:
                found += [(base, part) for base in self.irregular[part][form]]
                continue
            for ending, repl in rules:
                base = form[: len(form) - len(ending)] + repl
                if form.endswith(ending) and base != form and len(base) > 1 and base in self.lemmas[part]:
                    found.append((base, part))
        return [(base, part) for base, part in found if base != form]


def unigrams(path):
    """The words of a Sphinx trie language model with their log probabilities (base 1.0001)."""
    data = open(path, "rb").read()
    at = len(b"Trie Language Model")
    order = data[at]
    counts = struct.unpack_from(f"<{order}I", data, at + 1)
    at += 1 + 4 * order + 4 + 4 * (3 * 65536)
    probs = [row[0] for row in struct.iter_unpack("<ffI", data[at : at + 12 * counts[0]])]
    words = data.rstrip(b"\0").split(b"\0")[-counts[0] + 1 :]
    words = [b"?"] + words
    return {word.decode(): 1.0001**prob for word, prob in zip(words, probs)}


def plain(word):
    """The word as the language model writes it: `café` as `cafe`."""
    bare = unicodedata.normalize("NFD", word.lower()).strip(".")
    return "".join(char for char in bare if not unicodedata.combining(char))


def scowl(folder, level):
    words = []
    for name in ("english-words", "american-words", "british-words"):
        path = f"{folder}/{name}.{level}"
        if os.path.exists(path) and not (name == "british-words" and level > 20):
            words += lines(path)
    return [word for word in words if "'" not in word and len(word) > 1]


def seed_words(path):
    """The headwords of the list that the book began with: columns are two or more spaces apart."""
    rows = (row.strip() for row in lines(path))
    return [re.split(r"\s{2,}|\t", row, maxsplit=1)[0] for row in rows if row and not row.startswith("#")]


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--scowl", default="/usr/share/dict/scowl")
    cli.add_argument("--wordnet", default="/usr/share/wordnet")
    cli.add_argument("--model", default="/usr/share/pocketsphinx/model/en-us/en-us.lm.bin")
    cli.add_argument("--lists", default="lists")
    cli.add_argument("--seed", required=True, help="a list in the course's format whose words must be in")
    cli.add_argument("--count", type=int, default=5800)
    cli.add_argument("--out", default="ranked.txt")
    cli.add_argument("--review", action="store_true", help="print the inflected forms that were kept")
    args = cli.parse_args()

    net, freq, seeds = WordNet(args.wordnet), unigrams(args.model), seed_words(args.seed)
    keep = set(hand_list(args.lists, "keep"))
    unfit = set(hand_list(args.lists, "unfit"))
    function, names = hand_list(args.lists, "function"), hand_list(args.lists, "names")
    phrases = hand_list(args.lists, "phrases")
    level = {}
    for number in (10, 20, 35):
        for word in scowl(args.scowl, number):
            level.setdefault(word, number)
    fixed = dict.fromkeys(function + names + phrases + list(seeds) + sorted(keep))

    def lemma_of(word):
        if word in fixed:
            return word
        bases = [base for base, _ in net.bases(word) if base in level or base in fixed]
        if not bases:
            return word
        return max(bases, key=lambda base: freq.get(base, 0))

    # Every form's probability goes to its lemma.
    weight, best = collections.Counter(), {}
    for word, number in level.items():
        lemma = lemma_of(word)
        for _ in range(4):  # forms of forms: "drawings" -> "drawing" -> "draw"
            if lemma_of(lemma) == lemma:
                break
            lemma = lemma_of(lemma)
        weight[lemma] += freq.get(word, 0)
        best[lemma] = min(number, best.get(lemma, 99))
    for word in fixed:
        if word not in weight:
            # A phrase is about as common as its rarest word, and rarer by an order of magnitude.
            parts = [freq.get(plain(part), 1e-7) for part in word.split()]
            weight[word] = min(parts) / (12 if len(parts) > 1 else 1)
    # The model writes everything in lower case: of May and may the name is the rarer, but China.
    for word in names:
        small = word.lower()
        if word == small or small not in level:
            continue
        if word in ("China", "Turkey"):
            weight[word], weight[small] = freq[small], freq[small] / 50
        else:
            weight[word] = 0 if word.isupper() else freq.get(small, 0) / 5
    # What was put on a list by hand is never among the rarest, and no phrase among the commonest.
    order = sorted(weight.values(), reverse=True)
    for word in fixed:
        floor = order[4500] if " " in word or word in seeds else order[5500]
        weight[word] = max(weight[word], floor + weight[word] / 20)
        if " " in word:
            weight[word] = min(weight[word], order[500])
    for place, word in enumerate(function[:190]):
        weight[word] = max(weight[word], 1 - place * 0.002)

    allowed = [w for w in weight if w not in unfit and (w in fixed or w in freq)]
    sure = [w for w in allowed if w in fixed or best[w] <= 20]
    if args.review:
        for w in sorted((w for w in sure if w not in fixed and net.bases(w)), key=lambda w: -weight[w]):
            print(w, net.bases(w))
    fill = sorted((w for w in allowed if w not in fixed and best[w] > 20), key=lambda w: -weight[w])
    sure.sort(key=lambda w: (w not in fixed, -weight[w]))
    chosen = (sure + fill)[: args.count]
    chosen.sort(key=lambda w: (-weight[w], w))
    # What learners ask for and those levels lack stands behind, in the order of its list.
    chosen += [w for w in hand_list(args.lists, "learners") if w not in chosen]
    print(f"{len(sure)} from levels 10, 20 and the lists; {len(chosen)} chosen")

    with open(args.out, "w", encoding="utf-8") as file:
        file.writelines(word + "\n" for word in chosen)


if __name__ == "__main__":
    main()
