"""SQL for the parts that all kinds of rules share: which cases, which events, which version.

Takes the typed parts of a rule (:mod:`audit_lib.law.model`), gives SQL text over the tables of
:mod:`audit_lib.law.log`. Nothing from a rule file is run: words become quoted literals and
event codes become numbers.
"""

from collections.abc import Sequence
from datetime import date

from audit_lib.law.log import Log, quote
from audit_lib.law.model import Happening, Rule, Span

NOTES = (
    "start_fallback",
    "pause_end_not_recorded",
    "extended",
    "calendar_beyond",
    "term_assumed",
    "ended_by_closing",
    "rolled",
    "sole_asset",
    "paused",
)

__all__ = [
    "NOTES",
    "events_of",
    "length_sql",
    "note_bit",
    "rolled_sql",
    "scope_sql",
]


def note_bit(name: str) -> int:
    """Return the bit of a note.

    Examples
    --------
    >>> note_bit("start_fallback"), note_bit("extended")
    (1, 4)
    """
    return 1 << NOTES.index(name)


def version_sql(day: str, periods: Sequence[tuple[date, date | None]]) -> tuple[str, str]:
    """Return (condition that a day lies in the periods, version in force on it)."""
    spans = [
        f"({day} >= {quote(begin)}" + (f" AND {day} < {quote(end)})" if end else ")")
        for begin, end in periods
    ]
    cases = " ".join(
        f"WHEN {span} THEN {quote(begin)}" for span, (begin, _) in zip(spans, periods, strict=True)
    )
    return "(" + " OR ".join(spans) + ")", f"CASE {cases} END"


def length_sql(day: str, span: Span) -> str:
    """Return SQL for a day moved by a length; working days need the join of `working_sql`.

    References
    ----------
    Civil Procedure Law (2012), article 82: the day of the event is not counted; months and
    years end on the same date, or on the last day of a shorter month.
    """
    if span.unit == "day":
        return f"({day} + {span.count})"
    if span.unit == "working_day":
        return (
            f"(SELECT w.day FROM work w JOIN cal k ON w.worked = k.worked + {span.count} "
            f"WHERE k.day = {day})"
        )
    months = span.count * (12 if span.unit == "year" else 1)
    return f"CAST({day} + INTERVAL {months} MONTH AS DATE)"


def rolled_sql(day: str, rolls: bool = True) -> str:
    """Return SQL of a day moved on to the first working day, where the period's end moves."""
    return f"(SELECT c.next_work FROM cal c WHERE c.day = {day})" if rolls else day


def scope_sql(log: Log, rule: Rule) -> str:
    """Return SQL of the cases that a rule binds, all columns of ``units``."""
    scope, tests = rule.applies_to, ["TRUE"]
    if scope.kinds:
        tests.append("kind IN (" + ", ".join(quote(k) for k in scope.kinds) + ")")
    if scope.courts:
        tests.append(f"starts_with(court_code, {quote(scope.courts)})")
    if scope.obligation:
        tests.append(f"coalesce(obligation, 'money') = {quote(scope.obligation)}")
    if scope.non_litigation is not None:
        wanted = "yes" if scope.non_litigation else "no"
        tests.append(f"coalesce(non_litigation, 'no') = {quote(wanted)}")
    for words, inside in ((scope.has, "IN"), (scope.has_not, "NOT IN")):
        if words:
            tests.append(f"cid {inside} (SELECT cid FROM ev WHERE code IN {log.codes(words)})")
    if scope.causes:
        tests.append("(" + " OR ".join(f"contains(cause, {quote(c)})" for c in scope.causes) + ")")
    if scope.filed_before:
        tests.append(f"filed_on < {quote(scope.filed_before)}")
    if scope.filed_from:
        tests.append(f"filed_on >= {quote(scope.filed_from)}")
    return "SELECT * FROM units WHERE " + " AND ".join(tests)


def events_of(log: Log, happenings: Sequence[Happening], rule: Rule) -> str:
    """Return SQL of the events that match, with their day, subject, document and amount."""
    plain = [h for h in happenings if h.plain]
    parts = []
    if plain:
        parts.append(
            "SELECT eid, cid, day, until_day, code, amount, asset, party, pid, document "
            f"FROM ev WHERE code IN {log.codes(h.event for h in plain)}"
        )
    parts += [_narrowed(log, h, rule) for h in happenings if not h.plain]
    return " UNION ALL ".join(parts)


def _narrowed(log: Log, h: Happening, rule: Rule) -> str:
    day, joins, tests = "x.day", "", [f"x.code = {log.code(h.event)}"]
    if h.at == "until":
        day = "x.until_day"
        tests.append("x.until_day IS NOT NULL")
    if h.day_of:
        joins += (
            f" JOIN (SELECT cid, min(day) AS other FROM ev WHERE code = {log.code(h.day_of)} "
            "GROUP BY cid) z ON z.cid = x.cid"
        )
        day = "z.other"
        if h.to_that_day:
            tests.append("x.day <= z.other")
    of_case = (
        h.kinds, h.soon_after_filing, h.manner, h.from_filing, h.after_filing, h.to_filing,
        h.before_fact,
    )  # fmt: skip
    if any(of_case):
        joins += " JOIN units u ON u.cid = x.cid"
    if h.manner:
        tests.append("u.manner IN (" + ", ".join(quote(m) for m in h.manner) + ")")
    if h.kinds:
        tests.append("u.kind IN (" + ", ".join(quote(k) for k in h.kinds) + ")")
    if h.soon_after_filing:
        tests.append(f"x.day <= {length_sql('u.filed_on', h.soon_after_filing)}")
    if h.from_filing:
        tests.append("x.day >= u.filed_on")
    if h.after_filing:
        tests.append("x.day > u.filed_on")
    if h.to_filing:
        tests.append("x.day <= u.filed_on")
    if h.before_fact:
        tests.append("x.day < u.basis_on")
    if h.before_day:
        tests.append(f"x.day < {quote(h.before_day)}")
    if h.result:
        tests.append("x.result IN (" + ", ".join(quote(r) for r in h.result) + ")")
    if h.until == "given":
        tests.append("x.until_day IS NOT NULL")
    if h.until == "missing":
        tests.append("x.until_day IS NULL")
    if h.asset_kind or h.asset_kind_not:
        joins += (
            " LEFT JOIN (SELECT cid, asset, min(asset_kind) AS kind FROM ev "
            "WHERE asset_kind IS NOT NULL AND asset IS NOT NULL GROUP BY cid, asset) k "
            "ON k.cid = x.cid AND k.asset = x.asset"
        )
        kind = "coalesce(x.asset_kind, k.kind)"
        if h.asset_kind:
            tests.append(f"{kind} IN (" + ", ".join(quote(k) for k in h.asset_kind) + ")")
        if h.asset_kind_not:
            words = ", ".join(quote(k) for k in h.asset_kind_not)
            tests.append(f"coalesce({kind}, '') NOT IN ({words})")
    same = _same(rule)
    for words, word in ((h.after, "EXISTS"), (h.none_before, "NOT EXISTS")):
        if words:
            tests.append(
                f"{word} (SELECT 1 FROM ev y WHERE y.cid = x.cid AND y.day <= x.day "
                f"AND y.eid <> x.eid AND y.code IN {log.codes(words)}{same})"
            )
    if h.followed_by:
        tests.append(
            f"EXISTS (SELECT 1 FROM ev y WHERE y.cid = x.cid AND y.day >= x.day "
            f"AND y.eid <> x.eid AND y.code IN {log.codes(h.followed_by)}{same})"
        )
    if h.same_document_as:
        tests.append(
            "EXISTS (SELECT 1 FROM ev y WHERE y.cid = x.cid AND y.document = x.document "
            f"AND y.code = {log.code(h.same_document_as)})"
        )
    moved = rolled_sql(length_sql(day, h.plus)) if h.plus else day
    if h.unless:
        tests.append(
            f"NOT EXISTS (SELECT 1 FROM ev y WHERE y.cid = x.cid AND y.day BETWEEN x.day "
            f"AND {moved} AND y.code IN {log.codes(h.unless)}{same})"
        )
    return (
        f"SELECT x.eid, x.cid, {moved} AS day, x.until_day, x.code, x.amount, x.asset, "
        f"x.party, x.pid, x.document FROM ev x{joins} WHERE " + " AND ".join(tests)
    )


def _same(rule: Rule) -> str:
    """Return the condition that events x and y speak of one party or one asset."""
    if rule.per == "party" or rule.match == "party":
        return " AND (x.party IS NULL OR y.party IS NULL OR x.party = y.party)"
    if rule.per == "asset" or rule.match == "asset":
        return " AND (x.asset IS NULL OR y.asset IS NULL OR x.asset = y.asset)"
    return ""
