"""How common headwords are: `rank` 1 is the commonest.

Two counts are averaged (logarithms), because each has a slant: the unigrams of pocketsphinx's English
model (speech and news, lower case) and the frequency list of the PyPI package `symspellpy` (Google
Books Ngrams, cleaned by SCOWL). A headword has the count of all its forms; a form of several headwords
counts in full for the one that it is spelled as. `lists/ranks.txt` moves what both counts mistake:
contractions and names counted with other words, and words that learners meet earlier than readers of
books and news do.
"""
import collections
import math
import os
import re
import struct
import unicodedata

# A phrase is as common as its rarest word, and rarer by this.
PHRASE = math.log(15)
LEAST = 1e-9
# How early learners meet a word of each CEFR level, in steps of the count's logarithm.
EARLY = {"A1": 1.2, "A2": 0.7, "B1": 0.2}


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [line.rstrip("\n") for line in file]


def unigrams(path):
    """The words of a Sphinx trie language model with their probabilities."""
    data = open(path, "rb").read()
    at = len(b"Trie Language Model")
    order = data[at]
    counts = struct.unpack_from(f"<{order}I", data, at + 1)
    at += 1 + 4 * order + 4 + 4 * (3 * 65536)
    probs = [row[0] for row in struct.iter_unpack("<ffI", data[at : at + 12 * counts[0]])]
    words = data.rstrip(b"\0").split(b"\0")[-counts[0] + 1 :]
    words = [b"?"] + words
    return {word.decode(): 1.0001**prob for word, prob in zip(words, probs)}


def books(path=None):
    """The words of Google Books Ngrams that SCOWL knows, with their share."""
    if path is None:
        import symspellpy

        path = os.path.join(os.path.dirname(symspellpy.__file__), "frequency_dictionary_en_82_765.txt")
    rows = [row.split() for row in lines(path)]
    total = sum(int(count) for _, count in rows)
    return {word.lstrip("\ufeff"): int(count) / total for word, count in rows}


def plain(word):
    """The word as the counts write it: `café` as `cafe`."""
    bare = unicodedata.normalize("NFD", word.lower()).strip(".")
    return "".join(char for char in bare if not unicodedata.combining(char))


def by_hand(path):
    """`word FACTOR`: its count is multiplied."""
    rows = [row.split("\t") for row in lines(path) if row and not row.startswith("#")]
    return {head: float(factor) for head, factor in rows}


class Counts:
    """The counts, and the corrections by hand."""

    def __init__(self, model="/usr/share/pocketsphinx/model/en-us/en-us.lm.bin", lists="lists"):
        self.sources = [unigrams(model), books()]
        self.factors = by_hand(f"{lists}/ranks.txt")

    def of_form(self, form):
        """The mean logarithm of a spelling's counts."""
        counts = [source.get(plain(form), 0) for source in self.sources]
        known = [count for count in counts if count]
        if not known:
            return math.log(LEAST)
        # A word that a source lacks is rare or new; books have no contractions.
        lacking = len(known) < len(counts) and "'" not in form
        return sum(math.log(count) for count in known) / len(known) - lacking

    def of_phrase(self, head):
        """The logarithm of a phrase's or a compound's count."""
        pieces = [piece for piece in re.split("[ -]", head) if piece not in ("sb", "sth", "...")]
        return max(self.of_form(head.replace(" ", "-")), min(self.of_form(piece) for piece in pieces) - PHRASE)


def shares(records, counts):
    """The logarithm of each single word's count: its own and its share of the forms'.

    A form of several words (`putting` of `put` and `putt`) is shared as the words themselves are.
    """
    own = {record.head: math.exp(counts.of_form(record.head)) for record in records}
    owners = collections.defaultdict(set)
    for record in records:
        for form in (form for part in record.parts for form in spellings(part.columns()[1])):
            if form not in own:
                owners[form].add(record.head)
    total = dict(own)
    for form, heads in owners.items():
        count, all_of_them = math.exp(counts.of_form(form)), sum(own[head] for head in heads)
        for head in heads:
            total[head] += count * own[head] / all_of_them
    return {head: math.log(count) for head, count in total.items()}


def ranks(records, counts):
    """`headword: rank` of records whose levels and forms are known."""
    small = {record.head.lower() for record in records if record.head[:1].islower()}
    single, weight = shares(records, counts), {}
    for record in records:
        head = record.head
        weight[head] = counts.of_phrase(head) if re.search("[^ -][ -][^ -]", head) else single[head]
        weight[head] += EARLY.get(record.level, 0) + math.log(counts.factors.get(head, 1))
        # The counts write everything in lower case: of May and may the name is the rarer.
        if head[:1].isupper() and head.lower() in small and head not in counts.factors:
            weight[head] -= math.log(20)
    order = sorted(weight, key=lambda head: (-weight[head], head))
    return {head: place for place, head in enumerate(order, 1)}


def spellings(forms):
    """The spellings of the forms of an `@` line."""
    found = []
    for form in forms.split(";"):
        _, _, rest = form.strip().partition(" ")
        found += [re.sub("^(UK|US) ", "", spelling.strip()) for spelling in rest.split(",") if spelling.strip()]
    return found
