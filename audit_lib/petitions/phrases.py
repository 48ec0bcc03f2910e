"""Finding many phrases in one pass over a text, without regular expressions.

Takes phrases as a clerk writes them: ``没(人|谁)管``, a gap ``…`` of a few characters inside one
sentence. Gives where each concept occurs. The work grows with the length of the text only: a
phrase is tried where its first two characters stand.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from audit_lib.petitions.folding import STOPS

__all__ = ["PhraseFinder", "expand_phrase"]

Span = tuple[int, int]
MOST_FORMS = 8000
_CHOICE = re.compile(r"\(([^()]*)\)")
_NOTHING: tuple[tuple[int, ...], dict] = ((), {})


def expand_phrase(phrase: str) -> list[str]:
    """Write out the alternatives of a phrase.

    Raises
    ------
    ValueError
        Brackets that do not match, or more than 8,000 forms.

    Examples
    --------
    >>> expand_phrase("没(人|谁)管(了|)")
    ['没人管了', '没人管', '没谁管了', '没谁管']
    """
    return list(_expanded(phrase))


@lru_cache(maxsize=32_768)  # each phrase is checked when it is loaded, and again taken in
def _expanded(phrase: str) -> tuple[str, ...]:
    if "(" not in phrase and ")" not in phrase:
        return (phrase,)
    forms, done = [""], 0
    for choice in _CHOICE.finditer(phrase):
        before, choices = phrase[done : choice.start()], choice[1].split("|")
        forms = [f"{form}{before}{chosen}" for form in forms for chosen in choices]
        done = choice.end()
        if len(forms) > MOST_FORMS:
            raise ValueError(f"`{phrase}` has more than {MOST_FORMS} forms")
    if any(sign in _CHOICE.sub("", phrase) for sign in "()"):
        raise ValueError(f"the brackets of `{phrase}` do not match")
    return tuple(form + phrase[done:] for form in forms)


class PhraseFinder:
    """Finds the concepts whose phrases occur in a text.

    Parameters
    ----------
    concepts : mapping of str to phrases
    gap : int
        The most characters that ``…`` stands for.

    Examples
    --------
    >>> finder = PhraseFinder({"idle": ["没(人|谁)管"], "refused": ["不…立案"]})
    >>> finder.find("案子没人管，法院不给我立案")
    {'idle': [(2, 5)], 'refused': [(8, 13)]}
    """

    def __init__(self, concepts: Mapping[str, Iterable[str]], gap: int = 6):
        self.gap = gap
        table: dict[str, dict[tuple[str, tuple[str, ...]], None]] = defaultdict(dict)
        for concept, phrases in concepts.items():
            for phrase in phrases:
                for form in _expanded(phrase):
                    parts = tuple(form.split("…"))
                    if not all(parts):
                        raise ValueError(f"`{phrase}` has a form that begins or ends with a gap")
                    table[parts[0][:2]][(concept, parts)] = None
        # key → (lengths of first parts, first part → what it may begin)
        self._table: dict[str, tuple[tuple[int, ...], dict[str, list]]] = {}
        for key, forms in table.items():
            begins: dict[str, list] = defaultdict(list)
            for concept, parts in forms:
                begins[parts[0]].append((concept, parts[1:]))
            self._table[key] = (tuple(sorted({len(first) for first in begins})), dict(begins))

    def find(self, text: str) -> dict[str, list[Span]]:
        """Return where each concept occurs: concept → spans in order, longest kept."""
        found: dict[str, list[Span]] = defaultdict(list)
        table = self._table
        for place in range(len(text)):
            for key in (text[place : place + 2], text[place]):
                lengths, begins = table.get(key, _NOTHING)
                for length in lengths:
                    if place + length > len(text):
                        break
                    for concept, rest in begins.get(text[place : place + length], ()):
                        end = place + length
                        if rest:
                            end = self._follow(text, end, rest)
                            if end < 0:
                                continue
                        spans = found[concept]
                        if spans and spans[-1][0] == place:
                            if spans[-1][1] < end:
                                spans[-1] = (place, end)
                        elif not spans or spans[-1][1] < end:
                            spans.append((place, end))
                if len(key) == 1:
                    break
        return dict(found)

    def _follow(self, text: str, end: int, parts) -> int:
        """Return where a gapped phrase ends, -1 where it does not go on in its sentence."""
        for part in parts:
            at = text.find(part, end, end + self.gap + len(part))
            if at < 0:
                return -1
            for char in text[end:at]:
                if char in STOPS:
                    return -1
            end = at + len(part)
        return end
