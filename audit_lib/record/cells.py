"""Cells as people write them, read as dates, amounts, numbers, codes and case numbers.

Every reader takes a column of text (or of a type that is already right) and gives the typed
column and, for what could not be read, a reason code. Nothing is guessed: a cell that can mean
two things is not read. Reads the words for "nothing" in ``parameters/ingest.yaml``.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd

from audit_lib.record.case_no import BadCaseNo, parse_case_no
from audit_lib.record.tables import code_list, load_events

__all__ = ["FORMULA", "clean_text", "read_amount", "read_case_no", "read_codes", "read_date",
           "read_month", "read_number", "read_timestamp", "read_unique", "spoilt",
           "value_text"]  # fmt: skip

#: Put before the text of a formula by the readers of spreadsheets; no text can hold it.
FORMULA = "\ufdd0"

_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DATE = re.compile(
    r"(\d{4})(?:\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})|\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?)"
)
_TIME = re.compile(
    r"[T\s]*(?:(\d{1,2})(?:[:时点])(\d{1,2})(?:分|[:分](\d{1,2})(?:\.\d{1,9})?秒?)?)?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_CHINESE_DAY = re.compile(r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月"
                          r"([一二三四五六七八九十]{1,3})日")  # fmt: skip
_PLAIN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?|[+-]?\.\d+")
_AMOUNT = re.compile(
    r"(?:人民币|RMB|CNY|¥)?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*(万|亿)?\s*(?:元|圆)?整?"
)
_CAPITAL = re.compile(
    r"(?:人民币)?([零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億两]+)"
    r"[元圆](?:零?([一二三四五六七八九壹贰叁肆伍陆柒捌玖])角)?"
    r"(?:零?([一二三四五六七八九壹贰叁肆伍陆柒捌玖])分)?整?"
)
_ONES = {c: n for n, pair in enumerate(
    ["一壹", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"], 1) for c in pair
}  # fmt: skip


def _wide(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def read_unique(values: pd.Series, reader: Callable) -> tuple[np.ndarray, np.ndarray]:
    """Apply `reader` once to each distinct text.

    Parameters
    ----------
    values : Series of text, missing where nothing stood
    reader : text → (value, reason); the reason is None where the value was read

    Returns
    -------
    (values, reasons) : two object arrays as long as `values`
    """
    codes, distinct = pd.factorize(values)
    read = [reader(text) for text in distinct]
    found = np.empty(len(read) + 1, dtype=object)
    reasons = np.empty(len(read) + 1, dtype=object)
    for place, (value, reason) in enumerate(read):
        found[place], reasons[place] = value, reason
    return found[codes], reasons[codes]


def clean_text(values: pd.Series, missing: tuple[str, ...]) -> pd.Series:
    """Strip the ends of each text; the words for "nothing" become missing.

    Examples
    --------
    >>> clean_text(pd.Series([" a ", "／", "Null"]), ("/", "null")).tolist()
    ['a', nan, nan]
    """
    text = values.astype("str").str.strip()
    nothing = text.isin(_spellings(missing))
    return text.mask(nothing) if nothing.any() else text


@lru_cache(maxsize=16)
def _spellings(words: tuple[str, ...]) -> list[str]:
    """Return each word in every mixture of cases, narrow and full-width."""
    found = set()
    for word in words:
        for letters in product(*({c.lower(), c.upper()} for c in word)):
            narrow = "".join(letters)
            found |= {
                narrow,
                "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in narrow),
            }
    return sorted(found)


def spoilt(values: pd.Series, free: bool) -> dict[str, pd.Series]:
    """Return where a cell holds a formula, a spreadsheet's error, or lost characters.

    In `free` text only a spreadsheet's own formula counts: a person may begin a sentence with
    ``=``, and what is shown is made harmless when it is written.
    """
    formula = values.str.startswith(FORMULA if free else (FORMULA, "="), na=False)
    return {
        "formula_in_cell": formula,
        "error_in_cell": values.isin(_ERRORS),
        "undecodable_text": values.str.contains("\ufffd", regex=False, na=False),
    }


@lru_cache(maxsize=65536)
def read_date(text: str, epoch_1904: bool = False):
    """Read one day.

    Returns
    -------
    (date or None, reason or None)

    Examples
    --------
    >>> [read_date(t)[0].isoformat() for t in ("2016/12/28", "20161228", "2016年12月28日", "42732")]
    ['2016-12-28', '2016-12-28', '2016-12-28', '2016-12-28']
    >>> read_date("16/12/28")
    (None, 'bad_date')
    """
    moment, reason = read_timestamp(text, epoch_1904)
    return (moment.date() if moment else None), reason


@lru_cache(maxsize=65536)
def read_timestamp(text: str, epoch_1904: bool = False):
    """Read one moment; a day alone is its midnight.

    Returns
    -------
    (datetime or None, reason or None)
    """
    plain = _wide(text)
    try:
        if len(plain) == 8 and plain.isdigit():
            return datetime.strptime(plain, "%Y%m%d"), None
        if _SERIAL.fullmatch(plain):
            start = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
            moment = start + timedelta(seconds=round(float(plain) * 86400))
            return moment, None
        if found := _CHINESE_DAY.fullmatch(plain):
            year = int(found[1].translate(_DIGITS))
            return datetime(year, _small(found[2]), _small(found[3])), None
        if found := _DATE.match(plain):
            rest = _TIME.fullmatch(plain, found.end())
            if rest is None:
                return None, "bad_date"
            month, day = (found[3], found[4]) if found[2] else (found[5], found[6])
            hour, minute, second = (int(part or 0) for part in rest.groups())
            return datetime(int(found[1]), int(month), int(day), hour, minute, second), None
    except ValueError:
        return None, "bad_date"
    return None, "bad_date"


def _small(text: str) -> int:
    """Read 一 … 三十一."""
    if "十" not in text:
        return int(text.translate(_DIGITS))
    tens, _, ones = text.partition("十")
    return (_ONES[tens] if tens else 1) * 10 + (_ONES[ones] if ones else 0)


@lru_cache(maxsize=4096)
def read_month(text: str):
    """Read one month as ``2016-12``.

    Examples
    --------
    >>> read_month("2016年12月"), read_month("201612")
    (('2016-12', None), ('2016-12', None))
    """
    plain = _wide(text)
    found = re.fullmatch(r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*月?份?", plain)
    found = found or re.fullmatch(r"(\d{4})(\d{2})", plain)
    if found:
        year, month = int(found[1]), int(found[2])
        good = 1949 <= year <= 2199 and 1 <= month <= 12
        return (f"{year:04d}-{month:02d}", None) if good else (None, "bad_date")
    day, reason = read_date(text)
    return (f"{day:%Y-%m}" if isinstance(day, date) else None), reason


def read_amount(text: str):
    """Read one amount in yuan.

    Examples
    --------
    >>> [read_amount(t)[0] for t in ("12,500.00", "1.25万", "１２５００元", "壹万贰仟伍佰元整")]
    [12500.0, 12500.0, 12500.0, 12500.0]
    >>> read_amount("约5万")
    (None, 'bad_amount')
    """
    plain = _wide(text).replace("¥", "¥")
    if found := _AMOUNT.fullmatch(plain):
        value = float(found[1].replace(",", ""))
        factor = {"万": 10_000, "亿": 100_000_000}.get(found[2], 1)
        return round(value * factor, 2) if factor > 1 else value, None
    if found := _CAPITAL.fullmatch(plain.replace("萬", "万").replace("億", "亿")):
        # Here, not above: it takes a fifth of a second to come, and few write amounts in words.
        from cn2an import cn2an

        try:
            whole = cn2an(found[1], "smart")
        except ValueError:
            return None, "bad_amount"
        parts = whole + _ONES.get(found[2], 0) / 10 + _ONES.get(found[3], 0) / 100
        return round(float(parts), 2), None
    return None, "bad_amount"


def read_number(text: str, whole: bool):
    """Read one count (`whole`) or one share; ``25%`` is 0.25.

    Examples
    --------
    >>> read_number("1,200", True), read_number("25%", False), read_number("1.5", True)
    ((1200, None), (0.25, None), (None, 'bad_number'))
    """
    plain = _wide(text)
    percent = not whole and plain.endswith("%")
    number = plain.removesuffix("%") if percent else plain
    if not _PLAIN.fullmatch(number):
        return None, "bad_number"
    value = float(number.replace(",", "")) / (100 if percent else 1)
    if whole:
        return (int(value), None) if value == int(value) else (None, "bad_number")
    return value, None


def read_case_no(text: str):
    """Read one case number in its canonical form."""
    try:
        return str(parse_case_no(text)), None
    except BadCaseNo:
        return None, "bad_case_number"


@lru_cache(maxsize=64)
def _words(list_name: str) -> dict[str, str]:
    if list_name == "event":
        return {_key(w): e.code for e in load_events().values() for w in (e.code, e.zh, e.en)}
    words = {}
    for code, entry in code_list(list_name).items():
        for word in (code, entry.zh, entry.en, *entry.also):
            words.setdefault(_key(word), code)
    return words


def _key(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def read_codes(text: str, list_name: str, several: bool = False, free: bool = False):
    """Read a word as its code.

    Parameters
    ----------
    list_name : a closed list of ``record.yaml``, or ``event``
    several : read ``;`` between; the codes are joined with ``;`` in the order of the list
    free : keep a word that is not in the list as it stands

    Examples
    --------
    >>> read_codes("终本", "closing_manner"), read_codes("涉信访；涉民生", "category", True)
    (('procedure_terminated', None), ('livelihood;petition', None))
    """
    words = _words(list_name)
    if several:
        parts = [p for p in re.split(r"[;；、,，]", text) if p.strip()]
        codes = {words.get(_key(part)) for part in parts}
        if None in codes or not codes:
            return None, "unknown_code"
        return ";".join(code for code in dict.fromkeys(words.values()) if code in codes), None
    code = words.get(_key(text))
    if code is None:
        return (text, None) if free else (None, "unknown_code")
    return code, None


def value_text(value) -> str | None:
    """Return a value of a spreadsheet or database as the text that a person would see.

    Examples
    --------
    >>> [value_text(v) for v in (42732.0, 1e16, date(2016, 12, 28), True, None)]
    ['42732', '10000000000000000', '2016-12-28', 'TRUE', None]
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float | np.floating):
        if value != value:
            return None
        if value == int(value) if abs(value) < 1e15 else False:
            return str(int(value))
        text = repr(float(value))
        return format(Decimal(text), "f").removesuffix(".0") if "e" in text else text
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else None
    return str(value)
