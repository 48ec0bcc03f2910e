"""Small legal cases: a few days on file, one rule, what must come out.

They are how lawyers test a rule without code: YAML files in ``tests/law/cases/``, one a rule,
each case a sentence. This module runs one of them through the real engine.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from threading import Lock
from typing import Any, Literal

import duckdb
import pandas as pd

from audit_lib.errors import UnknownCode
from audit_lib.labels import Wording
from audit_lib.law.court_log import connect
from audit_lib.law.engine import judge
from audit_lib.law.loading import Pack, load_pack
from audit_lib.law.log import EVENT_COLUMNS, UNIT_COLUMNS, Log, fill_table
from audit_lib.law.model import Words
from audit_lib.parameters import Parameters

__all__ = ["CaseFacts", "LegalCase", "compare", "judge_case", "judge_cases"]


class CaseFacts(Parameters):
    """What the case itself says; what is left out is as the received format's default."""

    kind: str = "执"
    court_code: str = "鲁0902"
    handler: str | None = None
    obligation: Literal["money", "conduct"] | None = None
    non_litigation: bool = False
    claim_amount: float | None = None
    cause: str | None = None
    closing_manner: str | None = None
    closing_ground: str | None = None
    basis_effective_on: date | None = None
    old_style: bool = False


class Entry(Parameters):
    """One event on file."""

    day: date
    until: date | None = None
    amount: float | None = None
    asset: str | None = None
    asset_kind: str | None = None
    party: str | None = None
    result: str | None = None
    document: str | None = None
    recorded_at: date | None = None


class Debtor(Parameters):
    """A debtor of the case."""

    name: str
    kind: str | None = None


class LegalCase(Parameters):
    """One legal case: a record, a day, and what is expected of one rule."""

    name: str
    as_of: date
    record: dict[str, Any]
    expect: dict[str, Any] | list[dict[str, Any]]
    why: Words | Wording | None = None


def judge_case(record: dict[str, Any], rule_id: str, as_of: date, pack: Pack | None = None):
    """Judge one small record by one rule.

    Parameters
    ----------
    record : event → day, entry or list of entries; ``case`` → facts; ``debtors`` → names
    rule_id : the rule
    as_of : audit day

    Returns
    -------
    DataFrame, one row an obligation of that rule, all outcomes.

    Examples
    --------
    >>> record = {"application_received": date(2016, 3, 1), "notice_issued": date(2016, 3, 14)}
    >>> found = judge_case(record, "exec_notice_10d", date(2016, 6, 30))
    >>> found[["outcome", "days_late"]].values.tolist()  # due Friday 2016-03-11
    [['late', 3]]
    """
    return judge_cases([(record, rule_id)], as_of, pack)[0]


def judge_cases(
    cases: Sequence[tuple[dict[str, Any], str]], as_of: date, pack: Pack | None = None
) -> list[pd.DataFrame]:
    """Judge many small records on one day, each by its own rule.

    Parameters
    ----------
    cases : sequence of (record, rule id), as in :func:`judge_case`

    Returns
    -------
    list of DataFrame, one a case, as of :func:`judge_case`.
    """
    pack = pack or load_pack()
    read = [_read(record, pack) for record, _ in cases]
    rules = {rule_id: pack.rule(rule_id) for rule_id in sorted({name for _, name in cases})}
    with _LOCK:
        con = _connection()
        _fill(con, pack, read, as_of)
        # A handful of made-up cases says nothing about what a court never records.
        log = Log(con, pack, as_of, never_after=10**9)
        rows = judge(log, rules, everything=True, merge=False).rows
    return [
        rows[rows["case_no"].eq(_number(n)) & rows["rule"].eq(rule_id)].reset_index(drop=True)
        for n, (_, rule_id) in enumerate(cases, 1)
    ]


def _number(n: int) -> str:
    return f"（2016）鲁0902执{n}号"


def _read(record: dict[str, Any], pack: Pack):
    record = dict(record)
    facts = CaseFacts.model_validate(record.pop("case", {}))
    debtors = [
        Debtor.model_validate({"name": d} if isinstance(d, str) else d)
        for d in record.pop("debtors", [])
    ]
    events = [(code, entry) for code, given in record.items() for entry in _entries(given)]
    for code, _ in events:
        if code not in pack.events:
            raise UnknownCode.from_value("event", code, pack.events)
    return facts, debtors, events


_LOCK = Lock()


@lru_cache(maxsize=1)
def _connection() -> duckdb.DuckDBPyConnection:
    """Keep one connection: the calendar in it is the slow part of a small case."""
    return connect(threads=1)


def _entries(given) -> list[Entry]:
    items = given if isinstance(given, list) else [given]
    return [Entry.model_validate({"day": i} if isinstance(i, date | str) else i) for i in items]


def _fill(con, pack, read, as_of) -> None:
    codes = {code: n for n, code in enumerate(pack.events)}
    units, rows, parties, sources = [], [], [], []
    for cid, (facts, debtors, events) in enumerate(read, 1):
        seen = [(c, e) for c, e in events if e.day <= as_of]
        seen.sort(key=lambda pair: (pair[1].day, codes[pair[0]]))
        units.append(_unit(cid, facts, seen))
        numbers = {d.name: n for n, d in enumerate(sorted(debtors, key=lambda d: d.name), 1)}
        parties += [(cid, numbers[d.name], d.name, d.kind) for d in debtors]
        for c, e in seen:
            eid = len(rows) + 1
            rows.append(
                (eid, cid, codes[c], e.day, e.until, e.amount, e.asset, e.asset_kind, e.party,
                 numbers.get(e.party), e.document, e.result)
            )  # fmt: skip
            sources.append((eid, "record", eid, e.recorded_at))
    fill_table(con, "units", UNIT_COLUMNS, units)
    fill_table(con, "ev", EVENT_COLUMNS, rows)
    columns = {"cid": "INTEGER", "pid": "SMALLINT", "name": "VARCHAR", "kind": "VARCHAR"}
    fill_table(con, "parties", columns, parties)
    columns = {"eid": "BIGINT", "file": "VARCHAR", "row": "BIGINT", "recorded_at": "TIMESTAMP"}
    fill_table(con, "src", columns, sources)


def _unit(cid: int, facts: CaseFacts, seen) -> tuple:
    def first(code):
        return min((e.day for c, e in seen if c == code), default=None)

    closed = first("case_closed")
    unit = {
        "cid": cid,
        "case_no": _number(cid),
        "court_code": facts.court_code,
        "handler": facts.handler,
        "kind": facts.kind,
        "filed_on": first("case_filed"),
        "closed_on": closed,
        "manner": facts.closing_manner if closed else None,
        "obligation": facts.obligation,
        "non_litigation": "yes" if facts.non_litigation else "no",
        "claim": facts.claim_amount,
        "cause": facts.cause,
        "basis_on": facts.basis_effective_on,
        "style": "old" if facts.old_style else "new",
        "ground": facts.closing_ground if closed else None,
    }
    return tuple(unit[column] for column in UNIT_COLUMNS)


def compare(found: pd.DataFrame, expected) -> list[str]:
    """Return what differs between the rows found and the rows expected, as sentences."""
    if expected == {"none": True}:
        return [] if found.empty else [f"expected no row, found {found.to_dict('records')}"]
    wanted = expected if isinstance(expected, list) else [expected]
    rows = found.to_dict("records")
    if len(rows) != len(wanted):
        shown = [{k: str(r[k]) for k in ("outcome", "due_on", "subject", "reason")} for r in rows]
        return [f"expected {len(wanted)} rows, found {len(rows)}: {shown}"]
    faults = []
    for row, want in zip(rows, wanted, strict=True):
        for key, value in want.items():
            if key not in row:
                faults.append(f"`{key}` is no column of a finding")
                continue
            given = row[key]
            if isinstance(value, date):
                given = given.date() if pd.notna(given) else None
            same = (pd.isna(given) if value is None else given == value) or (
                key in ("article", "note") and isinstance(value, str) and value in str(given)
            )
            if not same:
                faults.append(f"{key}: expected {value}, found {given}")
    return faults
