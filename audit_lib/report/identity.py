"""ID numbers, which nobody ever sees: taken out of every table as it is read."""

import re

import pandas as pd

from audit_lib.labels import label
from audit_lib.report.texts import change_texts, name_pattern

__all__ = ["hide_identity", "looks_like_identity"]

_GAP = r"[\s·•.\-—_]{0,3}"
# 18 digits with a day of birth in the middle, or 15; digits may be set apart or full-width.
_ID_18 = rf"(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[\dXxＸｘ](?!\d)"
_ID_15 = rf"(?<!\d)\d(?:{_GAP}\d){{14}}(?!\d)"
_ID = re.compile(f"{_ID_18}|{_ID_15}")


def looks_like_identity(text: str) -> bool:
    """Tell whether digits can be an ID number: a day of birth stands where it must.

    Examples
    --------
    >>> looks_like_identity("370902 19800101 123X"), looks_like_identity("201612280000000001")
    (True, False)
    """
    digits = re.sub(r"[^\dXx]", "", text.translate(_HALF))
    if len(digits) == 18:
        month, day, year = int(digits[10:12]), int(digits[12:14]), int(digits[6:10])
        return 1880 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31
    month, day = int(digits[8:10]), int(digits[10:12])
    return 1 <= month <= 12 and 1 <= day <= 31


_HALF = {ord("０") + n: ord("0") + n for n in range(10)} | {
    ord("Ｘ"): ord("X"),
    ord("ｘ"): ord("x"),
}


def hide_identity(frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Take ID numbers out of every table, for everybody.

    Parameters
    ----------
    frames : table name → DataFrame

    Returns
    -------
    dict
        ``parties`` has an empty ``id_no``; a number of anybody's ID inside any text is replaced.
    """
    mark = label("report_text", "id_hidden")
    known = set()
    parties = frames.get("parties")
    if parties is not None and "id_no" in parties:
        known = {str(v).strip() for v in parties["id_no"].dropna() if len(str(v).strip()) >= 6}
    exact = name_pattern({number: mark for number in known})

    def change(text: str) -> str:
        if exact is not None:
            text = exact.sub(mark, text)
        if len(text) < 15 or sum(map(str.isdigit, text)) < 14:
            return text
        return _ID.sub(lambda m: mark if looks_like_identity(m[0]) else m[0], text)

    result = {}
    for name, frame in frames.items():
        if name == "parties" and "id_no" in frame:
            frame = frame.assign(id_no=pd.Series(pd.NA, index=frame.index, dtype="str"))
        result[name] = change_texts(frame, lambda column: change)
    return result
