"""Reads and writes the records of a `.book` file, and checks their characters."""
import re

LABELS = ("n. v. aux. modal. adj. adv. prep. conj. pron. num. art. det. int. abbr. phr. pl. prefix. suffix.").split()
# Labels in brackets in front of a gloss: those that the program knows.
SENSE_LABELS = [label.strip() for label in """
C, U, C or U, singular, plural, usually singular, usually plural, transitive, intransitive, linking verb, before noun,
not before noun, usually passive, formal, informal, spoken, written, literary, slang, humorous, approving, disapproving,
British, American, dated, taboo, offensive, technical, computing, law, medicine, biology, chemistry, physics, mathematics,
grammar, business, politics, military, religion, music, sport""".split(",")]
LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2")
HAN = "\u3400-\u9fff"
# The reference to the base form in the gloss of an inflected form: 看见（see 的过去式）.
INFLECTIONS = ("的过去式", "的过去分词", "的现在分词", "的复数", "的第三人称", "的比较级", "的最高级")


class Sense:
    """One sense line and the lines below it."""

    def __init__(self, labels, gloss, pattern, number=0):
        self.labels, self.gloss, self.pattern, self.number = labels, gloss, pattern, number
        self.examples, self.synonyms, self.antonyms = [], [], []

    @staticmethod
    def parse(text, number=0):
        """The text after the label of the part of speech."""
        labels, pattern = [], ""
        found = re.match(r"\[([^\]]*)\]\s*(.*)", text)
        if found and all(label.strip() in SENSE_LABELS for label in found[1].split(",")):
            labels, text = [label.strip() for label in found[1].split(",")], found[2]
        found = re.fullmatch(r"(.+?)\s*\{([^{}]*)\}", text)
        if found:
            text, pattern = found[1], found[2].strip()
        return Sense(labels, text, pattern, number)

    def written(self, label):
        labels = f"[{', '.join(self.labels)}] " if self.labels else ""
        pattern = f" {{{self.pattern}}}" if self.pattern else ""
        rows = [f"{label} {labels}{self.gloss}{pattern}"]
        rows += [f"> {example}" for example in self.examples]
        rows += [f"= {'; '.join(self.synonyms)}"] * bool(self.synonyms)
        rows += [f"! {'; '.join(self.antonyms)}"] * bool(self.antonyms)
        return rows


class Part:
    """A part of speech: its label, the text after the label of its `@` line, its senses."""

    def __init__(self, label, head=""):
        self.label, self.head, self.senses = label, head, []

    def columns(self):
        """Pronunciations, forms and level as they stand in the `@` line."""
        return [column.strip() for column in (self.head.split("|") + ["", "", ""])[:3]]


class Record:
    """One headword with the lines below it."""

    def __init__(self, head, number=0):
        self.head, self.number, self.rank, self.level, self.phonetic = head, number, "", "", ""
        self.parts, self.family, self.phrases, self.faults = [], [], [], []

    @staticmethod
    def parse(line, body, number=0):
        fields = line.split("\t") + ["", "", ""]
        record = Record(fields[0].strip(), number)
        record.phonetic, record.rank, record.level = (field.strip() for field in fields[1:4])
        part = sense = None
        for at, row in body:
            mark, _, rest = row.partition(" ")
            if mark == "@":
                label, _, head = rest.strip().partition(" ")
                part, sense = Part(label, head.strip()), None
                record.parts.append(part)
            elif mark == "&":
                record.family += words(rest)
            elif mark == "+":
                record.phrases += words(rest)
            elif mark in (">", "=", "!") and sense is not None:
                if mark == ">":
                    sense.examples.append(rest.strip())
                else:
                    (sense.synonyms if mark == "=" else sense.antonyms).extend(words(rest))
            elif mark in LABELS:
                part, sense = record.part_for(mark, part), Sense.parse(rest.strip(), at)
                part.senses.append(sense)
            else:
                record.faults.append((at, f"not a line of an explanation: {row[:40]}"))
        record.parts = [part for part in record.parts if part.senses]
        return record

    def part_for(self, label, part):
        """The part that a sense with this label belongs to, as the program decides it."""
        if part is not None and part.label == label:
            return part
        for other in reversed(self.parts):
            if other.label == label:
                return other
        self.parts.append(Part(label))
        return self.parts[-1]

    def senses(self):
        return [(part, sense) for part in self.parts for sense in part.senses]

    def examples(self):
        return [example for _, sense in self.senses() for example in sense.examples]

    def written(self):
        rows = [f"{self.head}\t{self.phonetic}\t{self.rank}\t{self.level}".rstrip("\t")]
        for part in self.parts:
            if part.head:
                rows.append(f"@ {part.label} {part.head}")
            for sense in part.senses:
                rows += sense.written(part.label)
        rows += [f"& {'; '.join(self.family)}"] * bool(self.family)
        rows += [f"+ {'; '.join(self.phrases)}"] * bool(self.phrases)
        return "\n".join(rows) + "\n"


def words(text):
    """The words of a line, separated by semicolons, each once."""
    return list(dict.fromkeys(word.strip() for word in text.split(";") if word.strip()))


def lines(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read().split("\n")


def read(path):
    """The records of a file."""
    records, head, body, begun = [], None, [], False
    for number, line in enumerate(lines(path) + [""], 1):
        if line.startswith("#") and not begun:
            continue
        if not line.strip():
            if head is not None:
                records.append(Record.parse(head[1], body, head[0]))
            head, body = None, []
        elif head is None:
            head, begun = (number, line), True
        else:
            body.append((number, line.rstrip()))
    return records


def order(head):
    """Headwords stand in this order: letters first without case, then as written."""
    return (head.lower(), head)


def split_example(text):
    """`Hi. = 嗨。` to ("Hi.", "嗨。"); None if the text is no pair."""
    parts = text.split(" = ")
    return tuple(parts) if len(parts) == 2 else None


def traditional(text):
    """The characters outside GB 2312: traditional ones, or too rare for this book."""
    return [char for char in text if re.match(f"[{HAN}]", char) and not in_gb2312(char)]


def in_gb2312(char):
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
