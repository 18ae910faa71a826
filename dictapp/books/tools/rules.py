"""The rules of the English-to-Chinese book: finds the faults of a record."""
import collections
import re

from records import HAN, INFLECTIONS, LABELS, LEVELS, SENSE_LABELS, split_example, traditional

HALF_WIDTH = re.compile(rf"[{HAN}）”][,;:!?()]|[,;:!?(][{HAN}（“]|[{HAN}]\.(?!\d)|\)[{HAN}]")
SPACED = re.compile(rf"[，。；：？！（）、] | [，。；：？！（）、]|[{HAN}] [{HAN}]|  ")
UNFIT = re.compile(
    r"\b(fuck\w*|shit\w*|bitch\w*|cunt|whore|slut|nigger|orgasm)\b|婊子|他妈|傻逼|手淫",
    re.IGNORECASE,
)
SOMEONE = {"one's", "oneself", "someone", "somebody", "sb", "something", "sth", "...", "do", "doing", "your", "sb's"}
FORMS = ("plural", "third", "past", "participle", "ing", "comparative", "superlative")
IRREGULAR = {
    "be": "am is are was were been being 'm 're 's", "have": "has had having 've", "a": "an", "an": "a",
    "dollar": "$", "ok": "ok o.k.", "can": "cannot can't", "will": "won't 'll", "not": "n't cannot", "shall": "shan't", "would": "'d",
    "had": "'d", "is": "'s", "are": "'re", "am": "'m", "us": "'s", "has": "'s",
}
DETERMINERS = set("a an the my your our their its this these every each no another".split())
MODALS = set("I you he she we they who will can would could should must may might don't didn't doesn't won't can't let's".split())
AUXILIARY = set("is was are were of in on at from for".split())
# Words that do not make two examples different, and the share of words from which two are nearly the same.
GRAMMAR = set("a an the is was are were to of in on at and he she they we i it you his her their our my me him them us has have had".split())
ALIKE = 0.66
# The usual differences: an American sound and the British one.
EXPLAINED = [("oʊ", "əʊ"), ("ɑːr", "ɑː"), ("ɔːr", "ɔː"), ("ɜːr", "ɜː"), ("ər", "ə"), ("er", "eə"), ("ɪr", "ɪə"), ("ʊr", "ʊə"), ("ɑː", "ɒ"),
             ("ɔː", "ɒ"), ("æ", "ɑː"), ("uː", "juː"), ("r", "")]


def words_of(forms):
    """The spellings in the forms column of an `@` line."""
    found = []
    for form in forms.split(";"):
        _, _, rest = form.strip().partition(" ")
        found += [re.sub("^(UK|US) ", "", spelling.strip()) for spelling in rest.split(",") if spelling.strip()]
    return found


def regular(word):
    """The possible forms of a word in a sentence, only by spelling rules."""
    forms = {word, word + "s", word + "es", word + "ed", word + "ing", word + "er", word + "est", word + "d", word + "r", word + "st", word + "'s"}
    forms |= {word + word[-1] + end for end in ("ed", "ing", "er", "est")}
    if word[-1] == "y":
        forms |= {word[:-1] + end for end in ("ies", "ied", "ier", "iest")}
    if word[-1] == "e":
        forms |= {word[:-1] + "ing"}
    if word.endswith("ie"):
        forms |= {word[:-2] + "ying"}
    return forms | set(IRREGULAR.get(word, "").split())


def appearance(head, forms_of):
    """A pattern for the words of a headword in their order, each inflected, with room between for an object."""
    parts = []
    for word in re.sub(r"[.!?]$", "", head.lower()).split():
        if word in SOMEONE:
            continue
        forms = sorted(regular(word) | {form.lower() for form in forms_of.get(word, ())}, key=len, reverse=True)
        parts.append(r"(?<![^\W_])(?:" + "|".join(map(re.escape, forms)) + r")(?:n't)?(?!\w)" if word not in IRREGULAR
                     else "(?:" + "|".join(map(re.escape, forms)) + r")(?:n't)?(?!\w)")
    return re.compile(r"[^.?!]{0,40}?".join(parts), re.IGNORECASE)


def shows_another_part(label, labels, english, found):
    """Whether the neighbours of the found word show another part of speech: a verb after `the`, a noun after `can`."""
    before = (re.findall(r"[\w']+", english[: found.start()]) or [""])[-1]
    after = (re.findall(r"[\w']+|[.!?]", english[found.end() :]) or [""])[0]
    if label == "v." and "n." in labels:
        return before.lower() in DETERMINERS
    if label == "n." and "v." in labels:
        return before in MODALS
    return label == "adj." and "n." in labels and before.lower() in DETERMINERS and (after in AUXILIARY or after in ".!?")


def chinese_faults(text):
    faults = []
    if HALF_WIDTH.search(text):
        faults.append(f"half-width punctuation beside Chinese: {HALF_WIDTH.search(text)[0]}")
    if SPACED.search(text):
        faults.append(f"a space beside Chinese punctuation, or between characters: {SPACED.search(text)[0]!r}")
    if '"' in text or "'" in re.sub(r"[A-Za-z]'[A-Za-z]|s'", "", text):
        faults.append("straight quotes in Chinese, use “ ”")
    if re.search("(?<!…)…(?!…)", text) or "..." in text:
        faults.append("an ellipsis is …… in Chinese")
    if "~" in text or "～" in text:
        faults.append("~ in Chinese, use ……")
    if text.count("（") != text.count("）"):
        faults.append("（ and ） do not pair")
    if traditional(text):
        faults.append(f"not simplified (outside GB 2312): {''.join(traditional(text))}")
    return faults


def sense_faults(label, sense):
    """The faults of a sense line."""
    text, faults = sense.gloss, []
    if label not in LABELS:
        faults.append(f"unknown part of speech {label}")
    if not re.search(f"[{HAN}]", text):
        faults.append(f"a gloss without a Chinese character: {text}")
    if text.endswith(("。", "，", "；", "、")) or text != text.strip():
        faults.append("a gloss ends with punctuation or has a space around it")
    if text.startswith("[") or "{" in text or "}" in text:
        faults.append(f"an unknown label, or a pattern that is not at the end: {text[:40]}")
    if any(name not in SENSE_LABELS for name in sense.labels):
        faults.append(f"an unknown label among {sense.labels}")
    if re.search(r"\b(n|v|adj|adv|prep)\. ", text):
        faults.append("looks like two parts of speech on one line")
    if UNFIT.search(text):
        faults.append(f"unfit: {UNFIT.search(text)[0]}")
    return faults + chinese_faults(text)


def example_faults(text, seen):
    """The faults of an example; `seen` has the sentences before it."""
    pair = split_example(text)
    if pair is None:
        return [f"an example is `English. = 中文。` with exactly one ` = `: {text[:40]}"]
    english, chinese = pair
    faults = chinese_faults(chinese)
    if not re.search(r"[.?!][\"')]?$", english):
        faults.append(f"the English does not end with . ? or !: {english}")
    if not re.search("[。？！…][”』）]?$", chinese):
        faults.append(f"the Chinese does not end with 。？ or ！: {chinese}")
    if not re.search(f"[{HAN}]", chinese):
        faults.append("the translation has no Chinese character")
    junk = re.sub(r"[ -~éïèêñ£€°]", "", english)
    if junk:
        faults.append(f"characters that are no plain English: {junk}")
    if not re.match(r"[\"'(]?([A-Z0-9$£]|iP|eB)", english):
        faults.append(f"the English does not begin with a capital: {english}")
    if UNFIT.search(english):
        faults.append(f"unfit: {UNFIT.search(english)[0]}")
    key = re.sub(r"\W", "", english).lower()
    if key in seen:
        faults.append(f"the example stands twice: {english}")
    seen.add(key)
    return faults


def head_faults(part):
    """The faults of an `@` line."""
    said, forms, level = part.columns()
    faults = []
    for one in filter(None, (one.strip() for one in said.split(";"))):
        if not re.fullmatch(r"(weak )?((UK|US) )?[ˈˌaeiouæɑɒɔəɜɪʊʌbdfhjklmnprstvwzðŋɡʃʒθː()]+", one):
            faults.append(f"not a pronunciation: {one}")
    for form in filter(None, (form.strip() for form in forms.split(";"))):
        if form.split(" ")[0] not in FORMS or not words_of(form):
            faults.append(f"not a form: {form}")
    if level and level not in LEVELS:
        faults.append(f"not a level: {level}")
    return faults


def part_faults(part):
    """The faults between the senses of a part: forms of another word, one example for two senses, a weak -ation."""
    said, forms, _ = part.columns()
    if forms and any(mark in sense.gloss for sense in part.senses for mark in INFLECTIONS):
        yield "has the forms of one word and explains a form of another: they are two parts"
    if re.search("ˈ[^ˈ;]*[ɑɔɜiuæeɪɒʊʌəoa][^ˈ;]*eɪʃən(;|$)", said):
        yield f"the stress of -ation is not on the a: {said}"
    examples = [(sense, content(example)) for sense in part.senses for example in sense.examples]
    for place, (sense, words) in enumerate(examples):
        for other, before in examples[:place]:
            if other is not sense and len(words & before) >= ALIKE * len(words | before):
                yield f"the senses {other.gloss} and {sense.gloss} have nearly the same example"


def content(example):
    """The words of an example that carry its meaning."""
    return set(re.findall("[a-z']+", example.partition(" = ")[0].lower())) - GRAMMAR


def record_faults(record, forms_of, seen):
    """The faults of a record, each with whether it fails the check."""
    for _, fault in record.faults:
        yield fault, True
    if not record.parts:
        yield "no sense", True
    if record.level and record.level not in LEVELS:
        yield f"not a level: {record.level}", True
    if record.examples() and not record.senses()[0][1].examples:
        yield "the first sense has no example, a later one has", True
    pattern, labels = appearance(record.head, forms_of), {part.label for part in record.parts}
    glosses = collections.defaultdict(set)
    for part in record.parts:
        for fault in [*head_faults(part), *part_faults(part)]:
            yield fault, True
    for part, sense in record.senses():
        for fault in sense_faults(part.label, sense):
            yield fault, True
        key = (tuple(sense.labels), sense.gloss, sense.pattern)
        if key in glosses[id(part)]:
            yield f"the gloss {sense.gloss} stands twice", True
        glosses[id(part)].add(key)
        for example in sense.examples:
            for fault in example_faults(example, seen):
                yield fault, True
            english = (split_example(example) or (example,))[0]
            found = pattern.search(english)
            if not found:
                yield f"not seen in: {example[:70]}", False
            elif " " not in record.head and shows_another_part(part.label, labels, english, found):
                yield f"shows another part of speech than {part.label}: {english}", False


def unexplained(uk, us):
    """Whether the British pronunciation differs from the one that the usual rules derive from the American one."""
    def skeleton(text):
        for american, british in EXPLAINED:
            text = text.replace(american, british)
        return re.sub("[ˈˌːj]", "", text).replace("ɒ", "ɔ").replace("ɪ", "ə").replace("i", "ə").replace("ʊ", "ə").replace("r", "")
    return skeleton(uk) != skeleton(us) and re.sub("[^bdfɡhklmnpstvwzðŋʃʒθ]", "", uk) != re.sub("[^bdfɡhklmnpstvwzðŋʃʒθ]", "", us)
