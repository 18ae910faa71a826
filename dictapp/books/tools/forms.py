"""Inflected forms of a part of speech: spelling rules, and `lists/irregular.txt` for the rest.

A comparative or a plural of a word whose countability is unknown is given only if SCOWL lists the
form among the common words: the rules alone would make `mainer` and `informations`.
"""
import re

VOWELS = "aeiou"
VERBS, NOUNS, ADJECTIVES = ("v.",), ("n.",), ("adj.", "adv.")
# SCOWL's levels whose words count as common.
COMMON, KNOWN = (10, 20, 35, 40, 50), (55, 60, 70)
# Doubled against the stress that CMUdict gives, or against the rule.
DOUBLED = {word: word + word[-1] + "ing" for word in ("handicap", "overlap", "transfer", "format", "output", "input",
                                                      "offset", "reset", "upset", "typeset", "babysit", "kidnap", "program",
                                                      "eavesdrop")}
# Verbs and nouns younger than SCOWL.
NEW = {"blog", "email", "google", "photoshop", "tweet", "livestream", "podcast", "vlog", "app", "selfie", "emoji",
       "wok", "e-book", "e-mail", "smartphone", "screenshot", "hashtag", "website", "webcam"}


def scowl_words(levels, folder="/usr/share/dict/scowl"):
    """The words of some levels of SCOWL, in British and American spelling."""
    words = set()
    for level in levels:
        for kind in ("english-words", "american-words", "british-words", "english-upper"):
            try:
                words |= {row.rstrip("\n") for row in open(f"{folder}/{kind}.{level}", encoding="utf-8")}
            except FileNotFoundError:
                pass
    return words


class Irregular:
    """The table of `lists/irregular.txt`: base to its forms, by kind of word."""

    def __init__(self, path="lists/irregular.txt"):
        self.verbs, self.nouns, self.adjectives, self.bare_adverbs, self.bare_adjectives = {}, {}, {}, set(), set()
        for row in open(path, encoding="utf-8"):
            fields = [field.replace("~", " ").replace(",", ", ") for field in row.split()]
            if not fields or row.startswith("#"):
                continue
            if fields[0] == "n" and len(fields) == 3:
                self.nouns[fields[1]] = fields[2]
            elif fields[0] == "a" and len(fields) == 4:
                self.adjectives[fields[1]] = fields[2:]
            elif fields[0] == "adv":
                self.bare_adverbs.update(fields[1:])
            elif fields[0] == "adj":
                self.bare_adjectives.update(fields[1:])
            else:
                self.verbs[fields[0]] = fields[1:]


def with_s(word):
    """The plural of a noun or the third person of a verb by rule."""
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return word + "es"
    if re.search(r"(^(go|do)|echo|veto|embargo|lasso|torpedo|(over|under|out|re|un)(go|do))$", word):
        return word + "es"
    return word + "s"


def doubles(word, is_stressed_last):
    """Whether the last consonant is doubled before -ed, -ing, -er."""
    if not re.search(r"(^|[^aeiou]|qu)[aeiouy][^aeiouwxyh]$", word) or word.endswith(("c",)):
        return False
    return is_stressed_last


def stem(word, is_stressed_last):
    """The stem before -ed, -er, -est, without a final e: stop to stopp."""
    if word.endswith("e"):
        return word[:-1]
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "i"
    return word + word[-1] if doubles(word, is_stressed_last) else word


def is_british_l(word, is_stressed_last):
    """travel: travelled in Britain, traveled in America."""
    unstressed = not is_stressed_last and re.search(r"[^aeiou][aeiou]l$|[aeiou]ual$|ial$", word)
    return bool(unstressed) and word != "parallel" or word in ("worship", "fuel", "dial", "equal", "total")


def ing(word, is_stressed_last):
    if word.endswith("ie"):
        return word[:-2] + "ying"
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")) and word not in ("be", "singe", "age"):
        return word[:-1] + "ing"
    if word.endswith("c") and word not in ("sync",):
        return word + "king"
    return (word + word[-1] if doubles(word, is_stressed_last) else word) + "ing"


def both(word, ending, plain):
    """A form that Britain spells with two consonants and America with one."""
    return f"UK {word}{word[-1]}{ending}, US {plain}"


def verb_forms(word, irregular, is_stressed_last, number=0):
    third = {"be": "is", "have": "has", "do": "does", "quiz": "quizzes", "stomach": "stomachs"}.get(word, with_s(word))
    past = re.sub("ee?d$", "eed" if word.endswith("ee") else "ed", stem(word, is_stressed_last) + "ed")
    present = {"ski": "skiing", "age": "ageing, US aging", "dye": "dyeing", "arc": "arcing", "combat": "combating", "quiz": "quizzing", **DOUBLED}.get(
        word, ing(word, is_stressed_last))
    listed = irregular.verbs.get(f"{word}.{number}") or irregular.verbs.get(word)
    if listed:
        past, participle = listed
    elif is_british_l(word, is_stressed_last):
        past = participle = both(word, "ed", past)
        present = both(word, "ing", present)
    else:
        participle = past
    return [("third", third), ("past", past), ("participle", participle), ("ing", present)]


def plural(word, irregular):
    if word in irregular.nouns:
        return irregular.nouns[word]
    if word.endswith("man") and word[:-3] and word not in irregular.nouns:
        return word[:-3] + "men"
    return with_s(word)


def comparison(word, irregular, is_stressed_last, syllables, known):
    """Comparative and superlative in one word, or nothing if the word takes more and most."""
    if word in irregular.adjectives:
        found = irregular.adjectives[word]
        return [] if found[0] == "-" else [("comparative", found[0]), ("superlative", found[1])]
    if syllables > 2 or syllables == 2 and not re.search(r"[^aeiou]y$|[^l]ly$", word):
        return []
    base = stem(word, is_stressed_last)
    if base + "er" not in known or base + "est" not in known:
        return []
    return [("comparative", base + "er"), ("superlative", base + "est")]


class Forms:
    """The forms of headwords."""

    def __init__(self, lists="lists", scowl="/usr/share/dict/scowl"):
        self.irregular, self.common = Irregular(f"{lists}/irregular.txt"), scowl_words(COMMON, scowl)
        self.known = self.common | scowl_words(KNOWN, scowl)

    def of(self, word, label, countable, phones, number=0):
        """`[(kind, spellings)]` of a part of speech.

        `countable`: True, False, or None if the book does not say. `phones`: how it is pronounced,
        for the stress of the last syllable. `number`: 2 for the second verb that is spelled alike.
        """
        if not re.fullmatch(r"[A-Za-zé'-]+", word) or len(word) < 2:
            return []
        stress = [phone[-1] for phone in phones if phone[-1].isdigit()]
        last = not stress or len(stress) == 1 or stress[-1] == "1" or stress[-1] == "2" and word in ("format", "input")
        if label in VERBS:
            forms = verb_forms(word, self.irregular, last, number)
            is_verb = self.is_known(forms[1][1]) and self.is_known(forms[3][1])
            return forms if is_verb or word in NEW or "-" in word else []
        if label in NOUNS:
            form = plural(word, self.irregular)
            if form == "-":
                return []
            is_name = word[0].isupper() and not re.search("(an|ese|ist|i|eek|ork|nch|ish)$", word)
            listed = word in self.irregular.nouns
            sure = word in NEW or self.is_known(form) and not is_name
            return [("plural", form)] if countable or listed or countable is None and sure else []
        if label in ADJECTIVES and word[0].islower():
            if label == "adv." and (word.endswith("ly") and word != "early" or word in self.irregular.bare_adverbs):
                return []
            if label == "adj." and word in self.irregular.bare_adjectives:
                return []
            return comparison(word, self.irregular, last, len(stress) or 1, self.common)
        return []

    def is_known(self, spellings):
        return any(re.sub("^(UK|US) ", "", form) in self.known for form in spellings.split(", "))


def written(forms):
    return "; ".join(f"{kind} {spellings}" for kind, spellings in forms)
