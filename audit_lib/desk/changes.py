"""What a snapshot said of a case and another does not, in the words of the received format."""

import re

from audit_lib.record import find_table
from audit_lib.record.tables import code_list
from audit_lib.report.wording import Words, missing

__all__ = ["name_of", "said_row", "said_subject", "said_value"]

# Said by the case that is open and by its court already.
_KNOWN = frozenset({"case_no", "court_code", "case_no_written"})
# Wordings of a row are few; a text that was tampered with must not take long to take apart.
_LONGEST = 20_000
# Table → the column of its subject that is a code, and its place among the words.
_CODED = {"parties": ("role", 0), "inspections": ("issue", 1)}


def name_of(table: str, column, words: Words) -> str:
    """Return what a column is called.

    Examples
    --------
    >>> name_of("events", "recorded_at", Words("zh"))
    '录入时间'
    """
    if missing(column):
        return "—"
    found = find_table(table).columns.get(column)
    return found.zh if found is not None and words.lang == "zh" else str(column)


def said_value(table: str, column, value, words: Words) -> str:
    """Return one cell in words; what has none is shown as it is.

    Examples
    --------
    >>> said_value("events", "event", "notice_issued", Words("zh"))
    '发出执行通知书'
    >>> said_value("events", "day", "2016-12-01", Words("zh"))
    '2016年12月1日'
    """
    if missing(value) or value == "":
        return "—"
    text = str(value)
    known = find_table(table).columns.get(column)
    if known is None:
        return text
    if known.type == "event":
        return words.of("event", text)
    if known.list is not None:
        codes = code_list(known.list)
        listed = [getattr(codes[c], words.lang) if c in codes else c for c in text.split(";")]
        return words("list_separator").join(listed)
    if known.type == "yuan":
        try:
            return words.yuan(float(text))
        except ValueError:
            return text
    return words.evidence(text) if known.type in ("date", "timestamp") else text


def said_subject(table: str, subject, words: Words) -> str:
    """Return which row is meant, its code in words.

    Examples
    --------
    >>> said_subject("parties", "debtor 张某", Words("zh"))
    '被执行人 张某'
    """
    if missing(subject):
        return "—"
    if table not in _CODED:
        return words.evidence(subject)
    column, place = _CODED[table]
    parts = str(subject).split(" ", 1)
    if len(parts) > place:
        parts[place] = said_value(table, column, parts[place], words)
    return " ".join(parts)


def said_row(table: str, text, words: Words) -> str:
    """Return a whole row that came or went, without what the page says already.

    Parameters
    ----------
    text : ``column=value; column=value``, as ``compare_snapshots`` gives it

    Examples
    --------
    >>> said_row("events", "case_no=x; event=notice_issued; day=2016-12-01", Words("zh"))
    '节点：发出执行通知书；日期：2016年12月1日'
    """
    if missing(text):
        return "—"
    columns = find_table(table).stored()
    names = "|".join(map(re.escape, sorted(columns, key=len, reverse=True)))
    parts = re.split(rf"(?:^|; )({names})=", str(text)[:_LONGEST])
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    told = [
        f"{name_of(table, name, words)}{words('colon')}{said_value(table, name, value, words)}"
        for name, value in pairs
        if name not in _KNOWN
    ]
    return ("；" if words.lang == "zh" else "; ").join(told) or str(text)
