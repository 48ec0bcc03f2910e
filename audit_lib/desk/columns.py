"""Columns of a list box, which holds nothing but lines of text.

A Chinese letter is as wide as two others in some fonts of equal width and not in others. So all
cells of a column are given as many wide signs and as many narrow ones: then they stand in line
whatever the font makes of either.
"""

import unicodedata
from collections.abc import Sequence

__all__ = ["align"]

_WIDE_SPACE = "\u3000"
_BETWEEN = "｜"


def align(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    r"""Return each row as one line in which the columns stand in line.

    Parameters
    ----------
    rows : the cells of each row, the last one of which ends the line as it is
    widths : the most that each column but the last takes, a Chinese letter taken for two; what is
        over is cut

    Examples
    --------
    >>> align([["张三", "1", "甲"], ["-", "12", "乙"], ["二三四五", "3", ""]], [5, 2])
    ['张三 ｜1 ｜甲', '-\u3000\u3000｜12｜乙', '二三 ｜3 ｜']
    """
    *padded, last = zip(*rows, strict=True)
    columns = [
        _pad([_cut(cell, width) for cell in column])
        for column, width in zip(padded, widths, strict=True)
    ]
    return [_BETWEEN.join(cells) for cells in zip(*columns, last, strict=True)]


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


def _cut(text: str, width: int) -> str:
    used = 0
    for place, sign in enumerate(text):
        used += 2 if _is_wide(sign) else 1
        if used > width:
            return text[:place]
    return text


def _pad(cells: list[str]) -> list[str]:
    wide = [sum(map(_is_wide, cell)) for cell in cells]
    narrow = [len(cell) - count for cell, count in zip(cells, wide, strict=True)]
    lacking = zip(cells, wide, narrow, strict=True)
    most = max(wide), max(narrow)
    return [cell + _WIDE_SPACE * (most[0] - w) + " " * (most[1] - n) for cell, w, n in lacking]
