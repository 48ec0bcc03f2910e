"""One plain form of a text, each character of which knows where it stood.

Takes any text as people send it; gives half-width digits and letters, simplified characters,
one kind of punctuation, and no blanks, so that wording is found however it was typed. Positions
lead back to the text as written, so that a quotation is always the petitioner's own words.
Reads ``spelling`` of ``parameters/petitions.yaml``.
"""

import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Folded", "fold_text"]

_PUNCTUATION = {
    "!": "！", "?": "？", ";": "；", "．": ".", "｡": "。", "､": "、", "﹐": "，", "…": "…",
    "“": "“", "”": "”", '"': "”", "'": "’",
    "〔": "(", "〕": ")", "【": "(", "】": ")", "[": "(", "]": ")", "（": "(", "）": ")",
    "［": "(", "］": ")", "—": "-", "－": "-", "–": "-", "~": "-", "～": "-",
}  # fmt: skip
STOPS = frozenset("。！？；\n…")
PAUSES = STOPS | frozenset("，、：")


@dataclass(frozen=True)
class Folded:
    """A folded text, with the position in the original of each character.

    ``cut`` is true where the original was longer than is read.
    """

    original: str
    text: str
    origins: tuple[int, ...]
    cut: bool = False

    def quote(self, start: int, end: int) -> str:
        """Return the words of the original that stand between two folded positions."""
        if start >= end:
            return ""
        return self.original[self.origins[start] : self.origins[end - 1] + 1]

    def clause(self, start: int, end: int, longest: int = 90) -> tuple[int, int]:
        """Widen a span to the punctuation around it, within `longest` characters."""
        text = self.text
        while start > 0 and text[start - 1] not in PAUSES and end - start < longest:
            start -= 1
        while end < len(text) and text[end] not in PAUSES and end - start < longest:
            end += 1
        return start, end

    def position(self, original: int) -> int:
        """Return the folded position of the first kept character at or after `original`."""
        return bisect_left(self.origins, original)


@lru_cache(maxsize=8)
def _table(pairs: str) -> dict[str, str]:
    table = dict(_PUNCTUATION)
    kept = [c for c in pairs if not c.isspace()]
    table.update(zip(kept[::2], kept[1::2], strict=True))
    return table


def fold_text(text: str, pairs: str = "", longest: int = 60_000) -> Folded:
    r"""Fold a text for finding wording in it.

    Parameters
    ----------
    text : str
        Anything; markup and scripts are characters like others.
    pairs : str
        Characters two by two: as written, as read (``執执錢钱``).
    longest : int
        Characters read; what follows is left, and `cut` says so.

    Examples
    --------
    >>> folded = fold_text("（２０１６）魯0902 执\n1 號", "魯鲁號号")
    >>> folded.text
    '(2016)鲁0902执\n1号'
    >>> folded.quote(6, 11)
    '魯0902'
    """
    table = _table(pairs)
    kept, origins = [], []
    for place, char in enumerate(text[:longest]):
        if char in table:
            char = table[char]
        elif char == "\n" or char == "\r":
            char = "\n"
        elif char.isspace() or not char.isprintable():
            continue
        elif "\uff01" <= char <= "\uff5e" or "\u2460" <= char <= "\u24ff":
            char = unicodedata.normalize("NFKC", char)
            if len(char) != 1:
                continue
            char = table.get(char, char)
        if char in ",:" and not _between_digits(text, place):
            char = "，" if char == "," else "："
        kept.append(char)
        origins.append(place)
    # a dot ends a sentence unless it stands in a number or a date
    for place, char in enumerate(kept):
        if char == "." and not _digit(kept, place - 1) and not _digit(kept, place + 1):
            kept[place] = "。"
    return Folded(text, "".join(kept), tuple(origins), len(text) > longest)


def _digit(chars, place) -> bool:
    return 0 <= place < len(chars) and chars[place].isdigit()


def _between_digits(text, place) -> bool:
    return _digit(text, place - 1) and _digit(text, place + 1)
