"""What the classifier sees of a text.

Takes a text's words and what the rules say of it; gives the names of five groups of features:
n-grams of one to three characters; the phrases of the wording rules; the rules' own findings; the
meanings of ``parameters/petitions/lexicon.yaml`` (who, what act, what thing, denied or not); and
meanings that stand together in one clause or one sentence. No name leads back to a person: the
meanings are lists of common words.
"""

from bisect import bisect

from audit_lib.petitions.folding import PAUSES, STOPS
from audit_lib.petitions.rules import Ruled
from audit_lib.petitions.words import Words

__all__ = ["LONGEST", "name_features"]

LONGEST = 2000  # characters of a text that the classifier looks at
MOST_BESIDE = 24  # meanings of one clause or sentence that are paired: longer ones say little
_LONG = 60
_SIZES = (1, 2, 3)
_NOT = frozenset("没不未无别")


def name_features(words: Words, ruled: Ruled) -> list[list[str]]:
    """Return the names of the five groups, names repeated as often as they occur.

    Examples
    --------
    >>> from audit_lib.petitions.rules import apply_rules
    >>> from audit_lib.petitions.words import find_words
    >>> from audit_lib.petitions.wording import load_wording
    >>> words = find_words("法院不查封")
    >>> groups = name_features(words, apply_rules(words, load_wording()[0]))
    >>> groups[0][:2], "clause:court&seize" in groups[4], "not:seize" in groups[3]
    (['法', '院'], True, True)
    """
    text = words.folded.text[:LONGEST]
    grams = [text[at : at + size] for size in _SIZES for at in range(len(text) - size + 1)]
    phrases = [f"phrase:{c}" for c in words.hits if not c.startswith("ask:")]
    if any(d.kind == "length" and (d.most or 0) >= _LONG for d in words.dates):
        phrases.append("phrase:long_time")
    said = [f"said:{name}" for name in ruled.names()]
    meanings = []
    for name, spans in words.meanings.items():
        meanings.append(f"means:{name}")
        if any(not _NOT.isdisjoint(text[max(0, start - 3) : start]) for start, _ in spans):
            meanings.append(f"not:{name}")
    beside = _pair(words, text, "clause", PAUSES) + _pair(words, text, "sentence", STOPS)
    return [grams, phrases, said, meanings, beside]


def _pair(words: Words, text: str, kind: str, stops) -> list[str]:
    """Name the meanings that stand in one stretch between stops, two by two."""
    bounds = [at for at, char in enumerate(text) if char in stops]
    together: dict[int, set[str]] = {}
    for name, spans in words.meanings.items():
        for start, _ in spans:
            if start < len(text):
                together.setdefault(bisect(bounds, start), set()).add(name)
    pairs = []
    for names in together.values():
        ordered = sorted(names)[:MOST_BESIDE]
        pairs += [f"{kind}:{a}&{b}" for i, a in enumerate(ordered) for b in ordered[i + 1 :]]
    return pairs
