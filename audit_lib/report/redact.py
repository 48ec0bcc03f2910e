"""Names and numbers withheld from an audience, in every table and inside every text.

Takes one court's tables and an audience, gives the same tables without what that audience may
not see. Reads ``parameters/audiences.yaml``. It works on the tables, before anything is drawn:
what is withheld can then stand in no file, whether as text, picture, hidden cell or metadata.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace

import pandas as pd

from audit_lib.labels import label
from audit_lib.report.courttables import CourtTables
from audit_lib.report.settings import Audience, load_audience
from audit_lib.report.texts import bare_name, change_texts, name_pattern

__all__ = ["make_mask", "mask_tables", "redact_tables"]

_PHONE = re.compile(r"(?<!\d)1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)")
_CASE_NO = re.compile(
    r"[（(〔\[【]\s*[\d〇○零一二三四五六七八九]{4}\s*[)）〕\]】][^\s，。；、,;（(]{1,24}?\d+\s*号"
)
_COMPANY = re.compile(
    r"(股份有限公司|有限责任公司|有限公司|公司|合作社|合伙企业|事务所|经营部|商店|厂|店|行|社|院|校)$"
)
_FREE_TEXTS = {
    "cases": ["note", "closing_ground"],
    "events": ["note"],
    "petitions": ["text", "outcome", "reply"],
    "return_items": ["reason", "plan"],
    "inspections": ["note", "reason"],
    "claims": ["quote", "candidates", "note"],
}
_NAME_COLUMNS = {
    "handlers": [
        ("cases", "handler"),
        ("check", "handler"),
        ("silence", "handler"),
        ("score", "handler"),
        ("select", "handler"),
        ("events", "operator"),
        ("inspections", "inspector"),
        ("selective", "handler"),
        ("selective", "other_handler"),
        ("teams", "handler"),
    ],
    "petitioners": [("petitions", "petitioner"), ("claims", "petitioner")],
}


def redact_tables(tables: CourtTables, audience: str) -> CourtTables:
    """Return the tables that an audience may be given: masked, some left out altogether.

    Parameters
    ----------
    tables : CourtTables
    audience : an entry of ``parameters/audiences.yaml``

    Returns
    -------
    CourtTables
        As of :func:`mask_tables`; what stands under ``tables_left_out`` is absent.
    """
    masked = mask_tables(tables, audience)
    out = set(load_audience(audience).tables_left_out)
    empty = {name: frame.iloc[:0] for name, frame in masked.frames.items() if name in out}
    return replace(masked.with_frames(empty), absent=masked.absent | out)


def mask_tables(tables: CourtTables, audience: str) -> CourtTables:
    """Withhold from the tables what `audience` may not see, and keep every row to count.

    Parameters
    ----------
    tables : CourtTables
        Masked tables are returned as they are when the audience is the same.
    audience : an entry of ``parameters/audiences.yaml``

    Returns
    -------
    CourtTables
        Names, case numbers, phones and free texts replaced or emptied as the file says; the
        counts of rows do not change.

    Raises
    ------
    ValueError
        The tables were masked for another audience already.
    """
    if tables.audience == audience:
        return tables
    if tables.audience is not None:
        raise ValueError(f"masked for `{tables.audience}` already; load the court again")
    rule = load_audience(audience)
    frames = {name: frame.copy(deep=False) for name, frame in tables.frames.items()}
    if rule.texts == "hide":
        for name, columns in _FREE_TEXTS.items():
            for column in columns if name in frames else ():
                frames[name][column] = pd.Series(pd.NA, index=frames[name].index, dtype="str")
        if "faults" in frames:
            frames["faults"] = _without_words(frames["faults"])
    whole = make_mask(frames, audience)
    frames = {name: change_texts(frame, lambda _: whole) for name, frame in frames.items()}
    return tables.with_frames(frames, audience)


def make_mask(frames: Mapping[str, pd.DataFrame], audience: str) -> Callable[[str], str]:
    """Return the change of a text by which an audience sees nobody whom these tables name.

    Parameters
    ----------
    frames : table name → table of one court; only those where names stand are read
    audience : an entry of ``parameters/audiences.yaml``

    Returns
    -------
    function of a text
        It replaces names, and numbers of cases and phones as the file says. Whether texts are
        shown at all is not its business.
    """
    rule = load_audience(audience)
    masks = _masks(frames, rule)
    numbers = _case_codes(frames) if rule.case_numbers == "code" else {}
    pattern = name_pattern([n for n in masks if len(n) > 1] + list(numbers))
    lookup = {bare_name(k): v for k, v in (masks | numbers).items()}
    phone = label("report_text", "phone_hidden")
    other = label("report_text", "case_hidden")

    def inside(text: str) -> str:
        if pattern is not None:
            text = pattern.sub(lambda m: lookup[bare_name(m[0])], text)
        if rule.case_numbers == "code":
            text = _CASE_NO.sub(other, text)
        if rule.phones == "hide":
            text = _PHONE.sub(phone, text)
        return text

    def whole(text: str) -> str:
        return masks.get(text) or inside(text)

    return whole


def _without_words(faults: pd.DataFrame) -> pd.DataFrame:
    """Withhold the reasons and plans that courts copied; the figures of a return stay."""
    copied = faults["fault"].astype("str").str.contains("copied|unchanged", na=False)
    return faults.assign(claimed=faults["claimed"].mask(copied))


def _masks(frames, rule: Audience) -> dict[str, str]:
    """Return the name → what stands for it, for every name that is withheld."""
    masks: dict[str, str] = {}
    for kind, way in (
        ("handlers", rule.handlers),
        ("petitioners", rule.petitioners),
        ("persons", rule.persons),
        ("companies", rule.companies),
        ("organs", rule.organs),
    ):
        if way == "show":
            continue
        groups = _names(frames, kind)
        masks |= _replace(sorted(set().union(*groups.values())), groups, way, kind)
    return {name: mask for name, mask in masks.items() if name and name != mask}


def _names(frames, kind) -> dict[str, set[str]]:
    """Return the names of one kind by case (or by column where there is no case)."""
    found: dict[str, set[str]] = defaultdict(set)
    if kind in _NAME_COLUMNS:
        for table, column in _NAME_COLUMNS[kind]:
            if table in frames and column in frames[table]:
                found[column] |= set(frames[table][column].dropna())
        return found
    if "parties" not in frames:
        return found
    parties = frames["parties"]
    is_kind = _kind_of(parties) == kind
    for case, name in parties.loc[is_kind, ["case_no", "name"]].dropna().itertuples(index=False):
        found[case].add(name)
    if kind == "persons":
        listed = set(parties["name"].dropna())
        events = frames["events"][["case_no", "party"]].dropna()
        for case, name in events.drop_duplicates().itertuples(index=False):
            if name not in listed:
                found[case].add(name)
    return found


def _kind_of(parties: pd.DataFrame) -> pd.Series:
    """Return persons, companies or organs; a party of unknown kind is guarded as a person."""
    kind = parties["kind"].map(
        {"natural_person": "persons", "legal_person": "companies", "organ": "organs"}
    )
    named = (isinstance(n, str) and bool(_COMPANY.search(n)) for n in parties["name"])
    company = pd.Series(list(named), index=parties.index, dtype=bool)
    kind = kind.where(kind.notna() | ~company, "companies")
    return kind.fillna("persons")


def _replace(names, groups, way, kind) -> dict[str, str]:
    if way == "hide":
        return {name: label("report_text", f"hidden_{kind}") for name in names}
    if way == "code":
        word = label("report_text", f"code_{kind}")
        return {name: f"{word}{number:03}" for number, name in enumerate(names, start=1)}
    masks = {name: _surname(name, kind) for name in names}
    same: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        by_mask = defaultdict(set)
        for name in group:
            by_mask[masks[name]].add(name)
        for mask, alike in by_mask.items():
            if len(alike) > 1:
                same[mask] |= alike
    for mask, alike in same.items():
        masks |= {name: f"{mask}{n}" for n, name in enumerate(sorted(alike), start=1)}
    return masks


def _surname(name: str, kind: str) -> str:
    """Return 张某 for 张三, 某有限公司 for a company; compound surnames stay whole.

    Examples
    --------
    >>> _surname("张三", "persons"), _surname("欧阳修文", "persons")
    ('张某', '欧阳某')
    >>> _surname("泰安恒信商贸有限公司", "companies")
    '某有限公司'
    """
    found = _COMPANY.search(name)
    if kind in ("companies", "organs") or (found and len(name) > 5):
        return "某" + (found[1] if found else label("report_text", "some_unit"))
    if re.match(r"[A-Za-z]", name):
        return name[0] + "某"
    size = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
    return name[:size] + "某"


_COMPOUND = frozenset(
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 司徒 端木 长孙 宇文 轩辕 南宫 独孤 "
    "百里 闻人 申屠 公冶 太史 澹台 濮阳 单于 赫连 钟离 呼延 拓跋".split()
)


def _case_codes(frames) -> dict[str, str]:
    """Return the case number → its code, in both forms in which the record holds it."""
    numbers: set[str] = set()
    for frame in frames.values():
        for column in ("case_no", "parent_case_no", "cited_case_no", "case_no_written"):
            if column in frame:
                numbers |= set(frame[column].dropna().astype(str))
    word = label("report_text", "code_case")
    return {number: f"{word}{n:04}" for n, number in enumerate(sorted(numbers), start=1)}
