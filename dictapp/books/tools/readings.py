"""How each part of speech of a headword is pronounced: `UK ˈrekɔːd; US ˈrekərd; weak ...`.

American from CMUdict (`ipa.py`), British from that by rule, with the weak vowels of espeak-ng
(`british.py`); the lists beside them have what is settled by hand.
"""
import re
import subprocess

import british
import ipa


def table(path):
    """Rows of a hand list, without comments."""
    for row in open(path, encoding="utf-8"):
        if row.strip() and not row.startswith("#"):
            yield row.rstrip("\n").split("\t")


def espeak(heads, voice):
    """The readings of espeak-ng: headword to IPA in our letters."""
    lines = [head.replace(" ... ", " ") for head in heads]  # an ellipsis would end the line
    text = subprocess.run(["espeak-ng", "-q", "--ipa", "-v", voice], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=True).stdout
    said = [row.strip() for row in text.removesuffix("\n").split("\n")]
    if len(said) != len(heads):
        raise SystemExit(f"espeak-ng read {len(said)} lines, {len(heads)} were written")
    return {head: british.from_espeak(row) for head, row in zip(heads, said)}


def variants(path):
    """British to American spelling, and back."""
    pairs = [row[:2] for row in table(path)]
    return dict(pairs)


# espeak-ng's American sounds as ARPAbet, longer ones first.
PHONES = [("tʃ", "CH"), ("dʒ", "JH"), ("eɪ", "EY"), ("aɪ", "AY"), ("ɔɪ", "OY"), ("oʊ", "OW"), ("aʊ", "AW"), ("iː", "IY"), ("uː", "UW"), ("ɑː", "AA"),
          ("ɔː", "AO"), ("ɜː", "ER"), ("ɚ", "ER"), ("ə", "AH"), ("ʌ", "AH"), ("æ", "AE"), ("e", "EH"), ("ɪ", "IH"), ("ᵻ", "IH"), ("i", "IY"), ("u", "UW"),
          ("ʊ", "UH"), ("ɾ", "T"), ("ʔ", "T"), ("ŋ", "NG"), ("ʃ", "SH"), ("ʒ", "ZH"), ("θ", "TH"), ("ð", "DH"), ("ɡ", "G"), ("j", "Y"), ("ɔ", "AO"),
          ("ɑ", "AA"), ("o", "AO"), ("r", "R"), ("b", "B"), ("d", "D"), ("f", "F"), ("h", "HH"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"),
          ("p", "P"), ("s", "S"), ("t", "T"), ("v", "V"), ("w", "W"), ("z", "Z")]


def from_espeak(text):
    """An American reading of espeak-ng as phones with stress; None if it has a sound that CMUdict lacks."""
    phones, stress = [], "0"
    text = text.replace("ɜːr", "ɜː").replace("ɬ", "l")
    while text:
        if text[0] in "ˈˌ":
            stress, text = "1" if text[0] == "ˈ" else "2", text[1:]
            continue
        sound = next(((ours, theirs) for theirs, ours in PHONES if text.startswith(theirs)), None)
        if sound is None:
            return None
        if sound[0] in ipa.VOWELS:
            phones.append(sound[0] + stress)
            stress = "0"
        else:
            phones.append(sound[0])
        text = text[len(sound[1]) :]
    return tuple(phones)


class Readings:
    """Pronunciations of headwords."""

    def __init__(self, heads, cmudict, lists="lists"):
        self.american = ipa.American(cmudict, f"{lists}/variants.txt")
        self.british = {row[0]: row[1] for row in table(f"{lists}/british.txt")}
        self.said = {row[0]: row[1:] for row in table(f"{lists}/said.txt")}
        self.weak = {row[0]: row[1] for row in table(f"{lists}/weak.txt")}
        self.never_weak = {(row[0], label) for row in table(f"{lists}/weak.txt") for label in (row[2].split(",") if len(row) > 2 else [])}
        self.spellings = variants(f"{lists}/spellings.txt")
        self.by_part = {}
        for head, parts, *said in table(f"{lists}/readings.txt"):
            for part in parts.split(","):
                label, _, number = part.partition(".")
                self.by_part[head, label + ".", int(number or 1)] = said
        self.espeak = espeak(sorted(heads), "en-gb-x-rp")
        # For words that CMUdict lacks.
        self.guessed = {head: from_espeak(text) for head, text in espeak(sorted(heads), "en-us").items()}

    def phones(self, head, label, number=1):
        """The American phones, each reading of the part."""
        said = self.by_part.get((head, label, number)) or self.by_part.get((head, label, 1))
        if said and number == 1 or said and (head, label, number) in self.by_part:
            return [tuple(reading.split()) for reading in said[0].split(";")]
        if "-" in head and label in ("adj.", "adv."):
            return self.hyphenated(head, label) or self.american.phones(head)
        found = self.american.phones(head)
        if not found and head in self.spellings:
            return self.american.phones(self.spellings[head])
        if not found and "-" in head:
            found = self.hyphenated(head, label)
        return found or [self.guessed[head]] * bool(re.fullmatch("[a-z]{4,}", head) and self.guessed.get(head))

    def hyphenated(self, head, label):
        """A compound with halves in CMUdict: nouns stress the first half, adjectives the last."""
        halves = [self.american.phones(half) for half in head.split("-")]
        if not all(halves):
            return []
        chosen = [list(half[0]) for half in halves]
        weaker = chosen[:-1] if label in ("adj.", "adv.") else chosen[1:]
        for half in weaker:
            half[:] = [re.sub("1$", "2", phone) for phone in half]
        return [tuple(phone for half in chosen for phone in half)]

    def of(self, head, label, number=1):
        """The pronunciations of a part in the form of its `@` line; empty for phrases and if they are uncertain."""
        if " " in head:
            return ""
        uk, us = self.both(head, label, number)
        if not us:
            return ""
        weak = self.weak.get(head) if has_weak_form(head, label) and (head, label) not in self.never_weak else None
        if weak:
            uk, us = [full(uk)], [full(us)]
        rows = [f"UK {text}" for text in dict.fromkeys(uk) if text] + [f"US {text}" for text in dict.fromkeys(us)]
        return "; ".join(rows + [weak] * bool(weak))

    def both(self, head, label, number):
        """The British and the American pronunciations."""
        if head in self.said:
            texts = [split(text) for text in self.said[head]]
            return texts[0], texts[-1]
        if re.fullmatch("[A-Z]{2,5}", head) and not self.american.chosen.get(head) and head not in WORDS:
            return [letters(head, british.VOWELS, british.LETTERS)], [letters(head, ipa.VOWELS, {})]
        spread = [self.american.spread(head, phones) for phones in self.phones(head, label, number)]
        said = self.by_part.get((head, label, number), [])
        us = split(said[2]) if len(said) > 2 else [text for text in (ipa.written(ipa.plain(head), *pair) for pair in spread) if text]
        uk = split(said[1]) if len(said) > 1 else self.british_of(head, spread, bool(said))
        return [text for text in uk if text], us

    def british_of(self, head, spread, has_own_reading):
        if head in self.british and not has_own_reading:
            return [text.strip() for text in self.british[head].split(";")]
        found = []
        for phones, seam in spread:
            text = british.written(head, phones, seam)
            if text and not has_own_reading:
                text = british.with_weak_vowels(ipa.plain(head), text, self.espeak.get(head, ""))
            found.append(text)
        return found


# Initialisms that are read as words.
WORDS = {"NASA", "NATO", "AIDS", "OPEC", "LASER", "RAM", "ROM", "PIN", "SARS", "VAT", "ASAP", "OK", "TOEFL", "IELTS", "APEC", "ASEAN", "UNESCO",
         "UNICEF", "GIF", "SIM"}


def has_weak_form(head, label):
    """Whether this part is a function word: the noun and the verb `can` are always full."""
    verbs = {"be", "is", "am", "are", "was", "were", "been", "have", "has", "had", "do", "does"}
    return label not in ("n.", "adj.", "int.", "abbr.") and (label != "v." or head in verbs)


def split(text):
    return [one.strip() for one in text.split(";")]


def letters(head, vowels, own):
    """An initialism read letter by letter: the first letter has the second stress, the last the main one."""
    said = []
    for place, letter in enumerate(head):
        phones = own.get(letter, ipa.LETTERS[letter]).split()
        mark = "ˈ" if place == len(head) - 1 else "ˌ" if place == 0 else ""
        said.append(mark + "".join("ə" if phone == "AH0" else vowels.get(phone) or ipa.CONSONANTS[phone] for phone in phones))
    return "".join(said)


def full(texts):
    """The full pronunciation of a function word: the one whose vowel is not weak."""
    return ([text for text in texts if "ə" not in text or "eə" in text or "əʊ" in text] or texts)[0]
