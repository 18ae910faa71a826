"""CEFR levels by part of speech, from the PyPI package `cefrpy` (built on the CEFR-J vocabulary profile)."""
import cefrpy

from records import LEVELS

# The source's tags for each part of speech, those that fit best first: it files some nouns as names.
TAGS = {
    "n.": "NN NNS NNP NNPS", "v.": "VB VBP VBZ VBD VBN VBG", "adj.": "JJ JJR JJS VBN", "adv.": "RB WRB RBR RBS", "prep.": "IN TO RP",
    "conj.": "IN CC", "pron.": "PRP PRP$ WP DT WDT NN", "det.": "DT PRP$ WDT JJ", "art.": "DT", "num.": "CD NN", "int.": "UH",
    "aux.": "MD VB VBP VBZ VBD", "modal.": "MD", "phr.": "VB VBP NN",
}


class Levels:
    """The level of a headword's part of speech."""

    def __init__(self, by_hand=()):
        """`by_hand`: rows of a headword and its level, or of a headword, its part of speech and its level."""
        self.analyzer, self.by_hand = cefrpy.CEFRAnalyzer(), {tuple(row[:-1]): row[-1] for row in by_hand}

    def of(self, head, label):
        """`A1` to `C2`, or an empty text if the source does not know the word in this part of speech."""
        chosen = self.by_hand.get((head, label)) or self.by_hand.get((head,))
        if chosen:
            return chosen
        word = head.lower()
        if " " in head or head.isupper() and len(head) > 1 or not self.analyzer.is_word_in_database(word):
            return ""
        known = {tag.name: level for tag, level in self.analyzer.get_pos_level_dict_for_word(word).items()}
        found = [known[tag] for tag in TAGS.get(label, "").replace("$", "_DOLLAR").split() if tag in known]
        return found[0].name if found else ""


def easiest(levels):
    """The level of the entry: that of its first part of speech that has one."""
    found = [level for level in levels if level in LEVELS]
    return found[0] if found else ""
