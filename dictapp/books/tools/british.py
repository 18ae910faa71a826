"""Derives British pronunciations (RP) from American phones by rule.

The phones are ARPAbet with four vowels more: OH (lot), IA (near), EA (square), UA (cure). Vowels
that American English has merged (marry and merry, lot and palm) are guessed from the spelling;
`lists/british.txt` has the words that are guessed wrongly, in IPA.
"""
import re

import ipa

VOWELS = {
    "AA": "ɑː", "AE": "æ", "AH": "ʌ", "AO": "ɔː", "AW": "aʊ", "AY": "aɪ", "EH": "e", "ER": "ɜː",
    "EY": "eɪ", "IH": "ɪ", "IY": "iː", "OW": "əʊ", "OY": "ɔɪ", "UH": "ʊ", "UW": "uː",
    "OH": "ɒ", "IA": "ɪə", "EA": "eə", "UA": "ʊə",
}
WEAK_VOWELS = {"AH0": "ə", "ER0": "ə", "IY0": "i", "UW0": "u", "AY0R": "aɪə"}
# Letters whose names differ.
LETTERS = {"R": "AA", "Z": "Z EH D"}
# The a of these is that of father (bath, dance, last).
BATH = re.compile(
    r"^(a[fs]k|after|ghastly|master|mask|task|basket|casket|flask|bask|rascal|clasp|grasp|gasp|rasp|past(?!a)|last|fast|cast|vast|"
    r"blast|plaster|disaster|nasty|castle|contrast|forecast|broadcast|aghast|class(?!ic|if)|glass|grass|pass(?!age|ion|enger|ive)|brass|"
    r"bath(?!e)|path(?!e|o)|lath|staff|chaff|craft|draft|raft|shaft|daft|graft|aft|laugh|draught|calf|half|halve|calve|aunt|"
    r"can't|shan't|grant|plant|slant|advantage|vantage|chant|enchant|danc|chanc|france|franc$|lance|glanc|tranc|advanc|enhanc|pranc|stanc|"
    r"stance|branch|ranch|blanch|avalanche|demand|command|commando|reprimand|slander|example|sample|rather|father|lather|answer|"
    r"giraffe|behalf|alas|supercommand|freelance|circumstance|trespass|overcast|outcast|downcast|downstage|disadvantage|"
    r"nightclass|masterpiece|pastime|fasten|ghast|castaway|moustache|mustache|tomato|banana|pajama|pyjama|drama|panorama|lava|"
    r"morale|corral|telegraph|photograph(?!e|y|i)|paragraph|autograph|graph(?!i)|epitaph|cenotaph|soprano|sultana|plaza|khaki)")
# After these consonants America has lost the y of new, tune, duty.
YOD = re.compile(r"(^|.)(u|ew|eu|ue|ui|eau)")
SHORT_O = re.compile(r"o(?!u|o|a)|^(.*)(qua|wa|wha)")


def spelled_with(word, pattern):
    return re.search(pattern, word) is not None


def lot(word):
    """AA or AO before anything but r: the vowel of lot, or that of palm or thought."""
    if spelled_with(word, "au|aw|augh|ought|al[klmtd]|all|water|broad|wrath") and not spelled_with(
            word, "because|sausage|australi|austri|laurel|laurence|cauliflower|yacht|qual|wallet|swallow|wallow|hollow|equality"):
        return "AO"
    if spelled_with(word, "o") or spelled_with(word, "(w|wh|qu|squ)a(?!lk|ll|ter)|yacht|because|sausage|austra|austri|cauliflower"):
        return "OH"
    return "AA"


def before_r(word, phone, follows):
    """The vowel before an r; `follows`: whether another vowel follows the r."""
    name, digit = phone[:-1], phone[-1]
    if name == "EH":
        return ("EA" if not follows or spelled_with(word, "air|are|ear|eir|ary$|ari|aria|^scar|^shar|par(ent|ing)|vary|vari|rarity")
                and not spelled_with(word, "err|arr|ericr|heri|peri|meri|teri|eric") else "EH") + digit
    if name == "IH":
        return ("IA" if not follows or spelled_with(word, "e[aeiy]?r|ier|iri") and not spelled_with(word, "irr|mir|spir|lyr|pyr|tyr|syr")
                else "IH") + digit
    if name == "UH":
        if not follows and spelled_with(word, "oor|our|ure|sure"):
            return ("AO" if spelled_with(word, "poor|your|sure|moor|assur|insur|ensur") else "UA") + digit
        return ("AO" if spelled_with(word, "poor|assur|insur|ensur") else "UA") + digit
    if name == "AO" and follows:
        long = spelled_with(word, "ore|oar|aur|our|oor|war|ori(a|ous|es|n?g$|fy|um|al$)|ora(l$|l)|ory|ori$|oria|torial|porous|torus|chorus|"
                            "borin|scori|storin|florist|flora$|aura|aural|explor|ignor|restor|ador")
        return ("AO" if long and not spelled_with(word, "forest|foreign|laurel|torrent|warr|orr|historic|majorit|priorit|authorit|quarr|moral")
                else "OH") + digit
    if name == "AA" and follows:
        return ("OH" if spelled_with(word, "o") else "AA") + digit
    return phone


def hurried(word):
    """ER before a vowel is the vowel of hurry in these, not that of furry."""
    return spelled_with(word, "urr(y|i(?!ng)|ent|enc|ic)|worr|courag|nourish|flourish|thorough|borough|turr|murr|surr|squirrel")


def without_r(word, phones):
    """Drops each r that no vowel follows, and colours the vowels before r."""
    out = []
    for place, phone in enumerate(phones):
        follows = place + 1 < len(phones) and ipa.is_vowel(phones[place + 1])
        if phone == "R":
            if follows:
                out.append("R")
            elif out and out[-1] == "AY0":
                out.append("AH0")
            continue
        if ipa.is_vowel(phone) and place + 1 < len(phones) and phones[place + 1] == "R":
            behind = place + 2 < len(phones) and ipa.is_vowel(phones[place + 2])
            out.append(before_r(word, phone, behind))
        elif phone[:-1] == "ER" and phone != "ER0":
            if follows and hurried(word):
                out += ["AH" + phone[-1], "R"]
            else:
                out.append(phone)
                if follows:
                    out.append("R")
        elif phone == "ER0":
            out.append("AH0")
            if follows:
                out.append("R")
        else:
            out.append(phone)
    return out


def changed_vowels(word, phones):
    """The vowels of bath, lot and thought, and the y of tune."""
    out = []
    for place, phone in enumerate(phones):
        name = phone[:-1] if ipa.is_vowel(phone) else phone
        after = phones[place + 1] if place + 1 < len(phones) else ""
        if name in ("AA", "AO") and after != "R":
            out.append(("AA" if name == "AA" and not spelled_with(word, "o|wa|qua|wha|yacht") else lot(word)) + phone[-1])
        elif name == "AE" and (BATH.search(word) or BATH.search(re.sub("^(under|over|out|re|un|up|sur|en|mis|ad|de|by|tres|air|air|space|hover|handi|wood|witch|state?s|photo|eye|hour|wine|first-|mid|world-|high-|upper-|news|tele|broad|fore|down|in|blue|bird|foot|wheel|screen|bubble|sub|tooth|match|house)", "", word))):
            out.append("AA" + phone[-1])
        elif name in ("UW", "UH") and out and out[-1] in ("T", "D", "N", "TH") and not spelled_with(word, "oo|ou|two|do$|into|onto|unto|to$|omb|hindu|canoe"):
            out += ["Y", phone]
        else:
            out.append(phone)
    return out


ENDINGS = [
    (r"(ary|aries)$", r"EH[02] R IY0", "AH0 R IY0"),
    (r"(ery|eries)$", r"EH[02] R IY0", "AH0 R IY0"),
    (r"(ory|ories)$", r"AO[02] R IY0", "AH0 R IY0"),
    (r"berr(y|ies)$", r"EH[02] R IY0", "AH0 R IY0"),
    (r"mon(y|ies)$", r"M OW[02] N IY0", "M AH0 N IY0"),
    (r"[^e]ile$", r"AH0 L$", "AY2 L"),
    (r"[iy][sz]ation", r"AH0 Z EY1", "AY0 Z EY1"),
    (r"ative$", r"EY2 T IH0 V", "AH0 T IH0 V"),
    (r"arily$", r"EH1 R AH0 L IY0", "EH1 R AH0 L IY0"),
    (r"^(al)", r"^AO[02] ([A-Z]+ [A-Z]+\d|[A-Z]+\d)", r"AO2 \1"),
]


def british(word, phones):
    """American phones, already even (`ipa.spread`), to British ones."""
    word = ipa.plain(word)
    text = " ".join(phones)
    for spelling, sound, better in ENDINGS:
        if re.search(spelling, word):
            text = re.sub(sound, better, text)
    return without_r(word, changed_vowels(word, text.split()))


def vowel(phone):
    return WEAK_VOWELS.get(phone, VOWELS[phone[:-1]])


def written(word, phones, seam):
    """The British pronunciation of American phones in IPA."""
    said = british(word, phones)
    text = ipa.written(ipa.plain(word), said, seam if len(said) == len(phones) else None, vowel)
    return text and re.sub("([td])([ˈˌ])j", r"\2\1j", text)  # con-sti-tu-tion


SOUNDS = re.compile("[ˈˌ]|aɪə|aʊə|eɪ|aɪ|ɔɪ|əʊ|aʊ|ɪə|eə|ʊə|[ɑɔɜiu]ː|tʃ|dʒ|.")


def sounds(text):
    """A pronunciation as its vowels, consonants and stress marks."""
    return SOUNDS.findall(text)


def from_espeak(text):
    """The output of espeak-ng for `en-gb-x-rp`, in our letters."""
    for theirs, ours in (("ɹ", "r"), ("ɐ", "ə"), ("ɛ", "e"), ("g", "ɡ"), ("n̩", "ən"), ("l̩", "əl"), ("oː", "ɔː"), ("\u200d", ""),
                         ("iə", "iə"), ("a", "æ")):
        text = text.replace(theirs, ours) if theirs != "a" else re.sub("a(?![ɪʊ])", "æ", text)
    return text


VOWEL_SOUNDS = set("aɪə aʊə eɪ aɪ ɔɪ əʊ aʊ ɪə eə ʊə ɑː ɔː ɜː iː uː æ e ɪ ɒ ʊ ʌ ə i u".split())
# Weak letters i that are a schwa all the same: quality, possible, positive, family.
SCHWA = re.compile("i(?=t(y|ies|ive?|ively|or|ors)$|b(le|ly|ility)$|l$|ls$|n$|ns$|ly$|son)")


def letters_of(word, count):
    """The letters of each vowel sound, and what follows them; None if they cannot be told apart."""
    stem = re.sub("(?<=[^aeiouy])(e|es)$", "", word) if not word.endswith(("le", "les")) else word
    stem = re.sub("(?<=[^aeiouytd])ed$", "", stem)
    groups = [(found[0], stem[found.start() :]) for found in re.finditer("[aeiouy]+", stem)]
    return groups if len(groups) == count else None


def is_weak_i(letters, rest, espeak):
    """Whether the British weak vowel of these letters is that of accident."""
    if letters in ("i", "y"):
        return not SCHWA.match(rest)
    return espeak == "ɪ" and letters == "e" and not re.match("e[lrn]?$|e[ln](t|ts|ce|cy|s|d)?$", rest)


def with_weak_vowels(word, text, espeak):
    """Gives the weak vowels of accident and benefit, and the two syllables of convenient.

    CMUdict writes each weak vowel alike. The spelling tells an i; of an e espeak's reading decides.
    """
    mine, theirs = sounds(text), [sound for sound in sounds(espeak) if sound not in "ˈˌ"]
    places = [place for place, sound in enumerate(mine) if sound not in "ˈˌ"]
    vowels = [place for place in places if mine[place] in VOWEL_SOUNDS]
    spelled = letters_of(word, len(vowels))
    alike = dict(zip(places, theirs)) if len(places) == len(theirs) else {}
    if spelled:
        for place, (letters, rest) in zip(vowels, spelled):
            if mine[place] == "ə" and is_weak_i(letters, rest, alike.get(place)):
                mine[place] = "ɪ"
    elif not re.search("(ity|ities|ible|ibly|ility|ily|ness|less|ate|ace|us|able|al|an|on|ar|or|um|ul)$", word):
        for place in vowels[:-1]:
            if mine[place] == "ə" and alike.get(place) == "ɪ":
                mine[place] = "ɪ"
    text, joined = "".join(mine), re.sub("[ˈˌ]", "", espeak)
    for ending in ("n", "l"):
        if ending + "jə" in text and re.search(ending + "(iə|ɪə|ɪʌ)", joined) and not re.search("[ln]ion|failure", word):
            text = text.replace(ending + "jə", ending + "iə")
    return text
