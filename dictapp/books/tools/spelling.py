"""American spelling in the examples of entries that are not British ones."""
import re

# Spelled so in America too, or another word there.
KEPT = {"axe", "catalogue", "dialogue", "disc", "judgement", "acknowledgement", "aesthetic", "archaeology", "doughnut", "whisky", "councillor",
        "draught", "moult", "storey", "racquet", "enquire", "mediaeval", "chilli", "yoghurt", "despatch", "gaol", "cypher", "sceptical", "omelette"}
DOUBLED = {"travelled": "traveled", "travelling": "traveling", "cancelled": "canceled", "cancelling": "canceling", "labelled": "labeled",
           "modelling": "modeling", "quarrelled": "quarreled", "signalled": "signaled", "fuelled": "fueled", "levelled": "leveled",
           "marvelled": "marveled", "jewellery": "jewelry", "pyjamas": "pajamas", "aeroplane": "airplane", "neighbours": "neighbors",
           "learnt": "learned", "burnt": "burned", "dreamt": "dreamed", "spelt": "spelled", "towards": "toward"}


class American:
    """British spellings to American ones, with their inflections."""

    def __init__(self, pairs):
        self.of, self.british = dict(DOUBLED), {british for british, _ in pairs}
        for british, american in pairs:
            if british not in KEPT:
                for ending in ("", "s", "d", "ed", "ing", "ly", "'s", "hood", "r", "rs"):
                    stem = (british[:-1], american[:-1]) if ending == "ing" and british.endswith("e") and american.endswith("e") else (british, american)
                    self.of[stem[0] + ending] = stem[1] + ending
        self.pattern = re.compile(r"\b(" + "|".join(sorted(map(re.escape, self.of), key=len, reverse=True)) + r")\b", re.IGNORECASE)

    def spelled(self, record, sense, example):
        """The example with its English in American spelling; one of a British word or sense is left as it is."""
        forms = {record.head.lower(), *(word for word in re.split("[ -]", record.head.lower()))}
        if forms & self.british or forms & set(self.of) or "British" in sense.labels:
            return example
        english, equals, chinese = example.partition(" = ")
        return self.pattern.sub(self.american, english) + equals + chinese

    def american(self, found):
        word = self.of[found[0].lower()]
        return word.capitalize() if found[0][0].isupper() else word
