"""Converts notes in brackets before a gloss to labels: `（英，口）搭便车` to `[British, informal] 搭便车`."""
import re

LABEL_OF = {
    "口": "informal", "口语": "spoken", "英": "British", "英国": "British", "美": "American", "美国": "American", "书面": "formal",
    "正式": "formal", "旧": "dated", "旧时": "dated", "计算机": "computing", "电脑": "computing", "网络": "computing", "法律": "law",
    "音乐": "music", "数学": "mathematics", "语法": "grammar", "化学": "chemistry", "物理": "physics", "体育": "sport", "运动": "sport",
    "宗教": "religion", "军": "military", "军事": "military", "生物": "biology", "医": "medicine", "医学": "medicine", "不可数": "U",
    "可数": "C", "常用复数": "usually plural", "复数": "plural", "俚": "slang", "俚语": "slang", "文学": "literary", "诗": "literary",
    "常用单数": "usually singular", "单数": "singular", "常用被动": "usually passive", "贬": "disapproving", "贬义": "disapproving",
    "褒": "approving", "幽默": "humorous", "粗": "taboo", "冒犯": "offensive", "政治": "politics", "商业": "business",
    "不及物": "intransitive", "及物": "transitive", "仅用于名词前": "before noun", "作定语": "before noun", "作表语": "not before noun",
    "英式英语": "British", "美式英语": "American", "非正式": "informal",
}
NOTE = re.compile("（([^（）]*)）")


def to_labels(sense):
    """Moves the notes that have a label from the front of the gloss to the labels."""
    while True:
        found = NOTE.match(sense.gloss)
        names = found[1].split("，") if found else []
        if not found or not all(name in LABEL_OF for name in names) or not sense.gloss[found.end() :]:
            return
        for name in names:
            if LABEL_OF[name] not in sense.labels:
                sense.labels.append(LABEL_OF[name])
        sense.gloss = sense.gloss[found.end() :].strip()


def to_pattern(sense, head):
    """Moves a pattern from a note in front of the gloss to its place: `（abide by）遵守` to `遵守 {abide by}`."""
    found = re.match(r"（([A-Za-z' ,/.-]+)）(?=.)", sense.gloss)
    stem = head.lower()[: max(3, len(head) - 2)]
    if found and not sense.pattern and " " in found[1].strip() and stem in found[1].lower():
        sense.pattern, sense.gloss = found[1].strip(), sense.gloss[found.end() :].strip()


def drop_forms(sense, spellings):
    """Takes away a note that only names inflected forms: the `@` line has them."""
    note = re.search("（([A-Za-z, ]+(?:或 ?[A-Za-z, ]+)*)）$", sense.gloss)
    words = re.split("[, 或]+", note[1].strip()) if note else []
    if words and all(word in spellings for word in words if word) and len(sense.gloss) > len(note[0]):
        sense.gloss = sense.gloss[: note.start()]
