"""CEFR levels by part of speech, from the PyPI package `cefrpy` (built on the CEFR-J vocabulary profile)."""
import cefrpy

from records import LEVELS

TAGS = {
    "n.": ("NN",), "v.": ("VB",), "adj.": ("JJ",), "adv.": ("RB",), "prep.": ("IN",), "conj.": ("IN", "CC"), "pron.": ("PRP", "DT", "WP"),
    "det.": ("DT", "PRP$", "JJ"), "art.": ("DT",), "num.": ("CD",), "int.": ("UH",), "aux.": ("MD", "VB"), "modal.": ("MD",),
}


class Levels:
    """The level of a headword's part of speech."""

    def __init__(self, by_hand=None):
        self.analyzer, self.by_hand = cefrpy.CEFRAnalyzer(), by_hand or {}

    def of(self, head, label):
        """`A1` to `C2`, or an empty text if the source does not know the word in this part of speech."""
        if head in self.by_hand:
            return self.by_hand[head]
        word = head.lower()
        if head[:1].isupper() and head != "I" or not self.analyzer.is_word_in_database(word):
            return ""
        known = {tag.name: level for tag, level in self.analyzer.get_pos_level_dict_for_word(word).items()}
        found = [known[tag] for tag in TAGS.get(label, ()) if tag in known]
        return found[0].name if found else ""


def easiest(levels):
    """The level of the entry: that of its first part of speech that has one."""
    found = [level for level in levels if level in LEVELS]
    return found[0] if found else ""
