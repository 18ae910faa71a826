"""The records of the English-to-Chinese book: its file to records, and what may stand in one."""
import re

LABELS = "n. v. aux. adj. adv. prep. conj. pron. num. art. det. int. abbr. phr. pl. prefix.".split()
HAN = "\u3400-\u9fff"
MAX_SENSES, MAX_GLOSSES = 6, 6


def lines(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read().split("\n")


def read(path):
    """The records of a file: [(line number, head line, [(line number, line)])]."""
    records, new = [], True
    for number, line in enumerate(lines(path), 1):
        if line.startswith("#") and not records:
            continue
        if not line.strip():
            new = True
        elif new:
            records.append((number, line, []))
            new = False
        else:
            records[-1][2].append((number, line))
    return records


def split_sense(line):
    """`n. 苹果；果` to ("n.", ["苹果", "果"]); the label is None where it is not one of the book's."""
    label, _, gloss = line.partition(" ")
    return (label if label in LABELS else None), gloss.split("；")


def split_example(line):
    """`> Hi. = 嗨。` to ("Hi.", "嗨。"); None where the line is no pair."""
    parts = line[2:].split(" = ")
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
