"""The sums of money that a text names, as people write them.

Takes a folded text; gives each sum in yuan with the least and the most that the words allow.
"""

import re
from dataclasses import dataclass

from audit_lib.petitions.folding import Folded, fold_text

__all__ = ["Amount", "find_amounts", "read_number"]

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "俩": 2, "仨": 3, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6,
    "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_UNITS = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000, "w": 10_000, "W": 10_000}
_MORE = "多余来几"

# one run of number characters, never longer than 24: no backtracking beyond it
_RUN = re.compile(
    r"[0-9零〇一二两俩三仨四五六七八九壹贰叁肆伍陆柒捌玖十拾百佰千仟万亿点多余来几半.,wW]{1,24}"
)
_MONEY = ("元", "块", "圆", "RMB", "人民币")
_COUNTED = "平亩人户名次年天岁个公里字辆头套间棵只条步斤吨倍页封份股台件家袋箱米组号楼层栋期分"


@dataclass(frozen=True)
class Amount:
    """A sum of money in a text: yuan, the least and most it can mean, and its words."""

    yuan: float
    least: float
    most: float
    quote: str
    start: int
    end: int

    @property
    def exact(self) -> bool:
        """Whether the words name one figure."""
        return self.least == self.most


def read_number(written: str) -> tuple[float, float] | None:
    """Read a number as spoken or written; the least and the most it can mean.

    Examples
    --------
    >>> [read_number(w) for w in ("1.25万", "十二万五", "12,500.00")]
    [(12500.0, 12500.0), (125000.0, 125000.0), (12500.0, 12500.0)]
    >>> read_number("7万多"), read_number("一百一十几万")
    ((70000.0, 80000.0), (1100000.0, 1200000.0))
    >>> read_number("几万"), read_number("半"), read_number("点")
    ((20000.0, 100000.0), None, None)
    """
    text = written.replace(",", "")
    if len(text) > 24:
        return None
    total = section = 0.0
    figure: float | None = None
    unit = 1.0  # of the last multiplier, for 十二万五 and 多
    slack = 0.0
    seen = False
    place = 0
    while place < len(text):
        char = text[place]
        arabic = re.match(r"\d+(?:\.\d+)?", text[place:])
        if arabic:
            if figure is not None:
                return None
            figure, seen, slack = float(arabic.group()), True, 0.0
            place += arabic.end()
            continue
        if char in _DIGITS:
            if figure is not None:
                if char in "零〇" or unit == 1.0:
                    return None
                figure = figure * 10 + _DIGITS[char]
            else:
                figure, seen = float(_DIGITS[char]), True
            place += 1
            continue
        if char == "点":
            tail = re.match(r"[0-9零〇一二三四五六七八九]+", text[place + 1 :])
            if figure is None or not tail:
                return None
            digits = "".join(str(_DIGITS.get(c, c)) for c in tail.group())
            figure += float("0." + digits)
            place += 1 + tail.end()
            continue
        if char in _UNITS:
            unit = float(_UNITS[char])
            section += (1.0 if figure is None else figure) * unit
            figure, seen = None, True
        elif char in _LARGE:
            if not seen and slack == 0.0:
                return None
            size = float(_LARGE[char])
            total = (total + section + (figure or 0.0)) * size if size > 1e6 else (
                total + (section + (figure or 0.0)) * size
            )  # fmt: skip
            slack *= size
            section, figure, unit = 0.0, None, size
        elif char in _MORE:
            if not seen:
                if char != "几":
                    return None
                figure, slack, seen = 2.0, 8.0, True
            elif char == "几" and figure is not None:
                return None
            else:
                slack = 1.0 if figure is not None else unit
        elif char == "半" and seen and figure is None:
            section += unit / 2
        else:
            return None
        place += 1
    if not seen:
        return None
    rest = figure or 0.0
    if figure is not None and unit >= 10 and float(figure).is_integer() and figure < 10:
        before = text[-2] if len(text) > 1 else ""
        if before not in "零〇" and (before in _LARGE or before in _UNITS) and unit > 10:
            rest = figure * unit / 10
    value = total + section + rest
    return value, value + slack


def find_amounts(text: str | Folded) -> list[Amount]:
    """Find the sums of money in a text.

    Parameters
    ----------
    text : str or Folded

    Returns
    -------
    list of Amount
        In order; ``yuan`` is the figure named (of 七万多, 70000).

    Examples
    --------
    >>> [a.yuan for a in find_amounts("欠我1.25万，利息十二万五，罚款500元，给了1万8，剩七万多")]
    [12500.0, 125000.0, 500.0, 18000.0, 70000.0]
    >>> find_amounts("车位601个，2016年，28个工人，1.5万平方米")
    []
    """
    folded = fold_text(text) if isinstance(text, str) else text
    body = folded.text
    found = []
    for match in _RUN.finditer(body):
        start, end = match.span()
        words = match.group()
        lead = len(words) - len(words.lstrip(".,点多余来几半")) if words[0] not in "几" else 0
        words, start = words[lead:], start + lead
        trimmed = words.rstrip(".,点")
        end -= len(words) - len(trimmed)
        words = trimmed
        if not words:
            continue
        after = body[end : end + 4]
        named = after.startswith(_MONEY) or body[max(0, start - 1) : start] in ("￥", "¥")
        if "万" not in words and "亿" not in words and words[-1] not in "wW" and not named:
            continue
        if not named and after[:1] and after[0] in _COUNTED and not after.startswith("分"):
            continue
        span = read_number(words)
        if span is None or span[0] <= 0 or span[0] > 1e13:
            continue
        unit = next((len(m) for m in _MONEY if after.startswith(m)), 0)
        tail = 1 if body[end + unit : end + unit + 1] == "钱" else 0
        stop = end + unit + tail
        quote = folded.quote(start, stop)
        found.append(Amount(span[0], span[0], span[1], quote, start, stop))
    return found
