"""The one engine: a log and a rule pack in, one row a case and obligation out.

It knows nothing of courts: given another vocabulary and rule pack it judges another record
(the tests run it on the public road-fine log). Rules become a few set-based statements each.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd

from audit_lib.law.amounts import judge_amount, judge_term
from audit_lib.law.clauses import NOTES
from audit_lib.law.clocks import decide_clocks, open_clocks
from audit_lib.law.conditions import (
    judge_absent,
    judge_earliest,
    judge_fact,
    judge_precedes,
    judge_repeat,
)
from audit_lib.law.deadlines import judge_deadline
from audit_lib.law.log import Log, fill_table, quote
from audit_lib.law.model import Rule

__all__ = ["FLAGGED", "OUTPUT_COLUMNS", "Judgement", "judge"]

FLAGGED = ("late", "overdue", "breached")

OUTPUT_COLUMNS = (
    "case_no", "court_code", "handler", "rule", "theme", "outcome", "started_on", "due_on",
    "done_on", "days_late", "severity", "source", "article", "evidence", "duty", "subject",
    "version", "verified", "reason", "paused_days", "note",
)  # fmt: skip

_OB = """
    CREATE OR REPLACE TEMP TABLE ob (
        rule SMALLINT, cid INTEGER, subject VARCHAR, outcome VARCHAR, started_on DATE,
        due_on DATE, done_on DATE, days_late INTEGER, version DATE, reason VARCHAR, sid BIGINT,
        did BIGINT, paused INTEGER, notes INTEGER, missing VARCHAR)"""

#: Obligations that are counted and not kept one by one.
_TALLY = """
    CREATE OR REPLACE TEMP TABLE tally (
        court_code VARCHAR, rule SMALLINT, outcome VARCHAR, n BIGINT, late HUGEINT)"""

_FLAGGED_SQL = ", ".join(quote(outcome) for outcome in FLAGGED)


@dataclass
class Judgement:
    """What a run of the pack over one batch gave.

    ``rows`` one row an obligation; ``counts`` one row a court, rule and outcome, of all.
    """

    rows: pd.DataFrame
    counts: pd.DataFrame


def judge(
    log: Log,
    rules: dict[str, Rule] | None = None,
    everything: bool = False,
    progress: Callable[[str], None] | None = None,
    merge: bool = True,
    rows: bool = True,
) -> Judgement:
    """Judge every case of a log by every rule of its pack.

    Parameters
    ----------
    log : the batch, ready
    rules : the rules to apply; every checkable one of the pack by default
    everything : keep all outcomes, not only late, overdue and breached
    progress : called with each rule's id before it is judged
    merge : show a finding that two sources carry once, under the governing one
    rows : give the rows too, not the counts alone

    Returns
    -------
    Judgement
        Rows sorted by court, case, rule, start, subject; they do not depend on the order of
        the input, on threads, or on which other courts are in the batch.
    """
    chosen = log.pack.checkable() if rules is None else rules
    with _together(log):
        return _judge(log, chosen, everything, progress, merge, rows)


@contextmanager
def _together(log: Log):
    """Run what follows as one transaction where the log is small: to end each costs a fifth.

    Not where it is large: what a transaction replaced is kept in memory until its end.
    """
    small = log.con.execute("SELECT count(*) < 100000 FROM ev").fetchone()[0]
    if not small:
        yield
        return
    log.con.execute("BEGIN")
    try:
        yield
    except BaseException:
        log.con.execute("ROLLBACK")
        raise
    log.con.execute("COMMIT")


def _judge(log: Log, chosen, everything, progress, merge, rows) -> Judgement:
    log.con.execute(_OB)
    log.con.execute(_TALLY)
    open_clocks(log)
    for number, (name, rule) in enumerate(chosen.items()):
        if progress:
            progress(name)
        if _can_bind(log, rule):
            _dispatch(log, rule, number)
    decide_clocks(log, _kept(chosen, everything, rows))
    _meta(log, chosen)
    _merge_sources(log, merge)
    counts = _counts(log)
    empty = pd.DataFrame(columns=list(OUTPUT_COLUMNS))
    return Judgement(_rows(log, everything) if rows else empty, counts)


def _kept(rules: dict[str, Rule], everything: bool, rows: bool) -> str:
    """Return the SQL condition of the obligations that are needed one by one.

    Where only counts are asked, those are the findings of rules that yield to one another.
    """
    if everything and rows:
        return "TRUE"
    if rows:
        return f"outcome IN ({_FLAGGED_SQL})"
    numbers = {name: n for n, name in enumerate(rules)}
    paired = {
        numbers[name]
        for yielding, rule in rules.items() if rule.yields_to in rules
        for name in (yielding, rule.yields_to)
    }  # fmt: skip
    if not paired:
        return "FALSE"
    return f"outcome IN ({_FLAGGED_SQL}) AND rule IN ({', '.join(map(str, sorted(paired)))})"


def _counts(log: Log) -> pd.DataFrame:
    """Count the obligations by court, rule and outcome; words are put on after the counting."""
    return log.con.execute("""
        WITH listed AS (
            SELECT u.court_code, ob.rule, ob.outcome, count(*) AS n, sum(ob.days_late) AS late
            FROM ob JOIN units u USING (cid) GROUP BY u.court_code, ob.rule, ob.outcome
            UNION ALL SELECT * FROM tally),
        counted AS (
            SELECT court_code, rule, outcome, CAST(sum(n) AS BIGINT) AS n, sum(late) AS late
            FROM listed GROUP BY court_code, rule, outcome)
        SELECT c.court_code, m.name AS rule, m.theme, m.duty, c.outcome, c.n, c.late AS days_late
        FROM counted c JOIN meta m USING (rule) ORDER BY ALL""").df()


def _can_bind(log: Log, rule: Rule) -> bool:
    """Say whether a batch holds a case that the rule binds and anything from which it starts."""
    scope = rule.applies_to
    if scope.kinds and not log.kinds & set(scope.kinds):
        return False
    if scope.has and not log.present & set(scope.has):
        return False
    if rule.always:
        return True
    for version in rule.versions.values():
        measured = [*version.measure.adds] if version.measure else []
        starts = [*version.start, *version.or_else, *version.forbidden, *version.until]
        if log.present & {*measured, *(h.event for h in starts)}:
            return True
    return False


def _dispatch(log: Log, rule: Rule, number: int) -> None:
    if rule.kind == "present" and next(iter(rule.versions.values())).fact:
        judge_fact(log, rule, number)
        return
    {
        "deadline": judge_deadline,
        "present": judge_deadline,
        "earliest": judge_earliest,
        "precedes": judge_precedes,
        "absent": judge_absent,
        "repeat": judge_repeat,
        "term": judge_term,
        "amount": judge_amount,
    }[rule.kind](log, rule, number)


def _meta(log: Log, rules: dict[str, Rule]) -> None:
    """Make ``meta`` (one row a rule) and ``cite`` (one row a version)."""
    meta, cite = [], []
    numbers = {name: n for n, name in enumerate(rules)}
    for name, rule in rules.items():
        meta.append(
            (numbers[name], name, rule.theme, rule.duty, rule.severity,
             "yes" if rule.verified else "no", numbers.get(rule.yields_to, -1))
        )  # fmt: skip
        for day, version in rule.versions.items():
            if version.ended:
                continue
            sources = [version.source, *version.also]
            numbers_of = "；".join(log.pack.texts[s.text].number for s in sources)
            articles = "；".join(s.article for s in sources)
            cite.append((numbers[name], day, numbers_of, articles))
    columns = {
        "rule": "SMALLINT", "name": "VARCHAR", "theme": "VARCHAR", "duty": "VARCHAR",
        "severity": "VARCHAR", "verified": "VARCHAR", "yields_to": "SMALLINT",
    }  # fmt: skip
    fill_table(log.con, "meta", columns, meta)
    columns = dict(rule="SMALLINT", version="DATE", source="VARCHAR", article="VARCHAR")
    fill_table(log.con, "cite", columns, cite)


def _merge_sources(log: Log, merge: bool) -> None:
    """Make ``merged``: findings that yield to a governing rule that fires on the same start.

    One finding, both sources: the yielding row is dropped, its source joins the other's, and
    the higher severity stands.
    """
    made = log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE merged AS
        SELECT DISTINCT a.rule AS rule, a.cid, a.sid, m.yields_to AS into_rule,
               a.version AS version, m.severity
        FROM ob a JOIN meta m ON m.rule = a.rule AND m.yields_to >= 0
        JOIN ob b ON b.rule = m.yields_to AND b.cid = a.cid AND b.sid = a.sid
         AND b.outcome IN ({_FLAGGED_SQL})
        WHERE a.outcome IN ({_FLAGGED_SQL}) AND {str(merge).upper()}""")
    if made.fetchone()[0]:
        log.con.execute(f"""
            DELETE FROM ob USING merged g WHERE g.rule = ob.rule AND g.cid = ob.cid
               AND g.sid = ob.sid AND ob.outcome IN ({_FLAGGED_SQL})""")


def _rows(log: Log, everything: bool) -> pd.DataFrame:
    kept = "TRUE" if everything else f"ob.outcome IN ({_FLAGGED_SQL})"
    notes = ", ".join(
        f"CASE WHEN ob.notes & {1 << n} > 0 THEN {quote(name)} END" for n, name in enumerate(NOTES)
    )
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT ob.*, row_number() OVER () AS oid FROM ob WHERE {kept}""")
    log.con.execute("""
        CREATE OR REPLACE TEMP TABLE shown AS
        SELECT e.eid, c.event || ' ' || strftime(e.day, '%Y-%m-%d') || ' (' || s.file || '#'
               || s.row || ')' AS text,
               e.day, CAST(s.recorded_at AS DATE) AS recorded_on
        FROM ev e JOIN code_names c ON c.code = e.code JOIN src s USING (eid)
        WHERE e.eid IN (SELECT sid FROM chosen UNION SELECT did FROM chosen)""")
    return log.con.execute(f"""
        WITH also AS (
            SELECT m.into_rule AS rule, m.cid, m.sid, any_value(c.source) AS source,
                   any_value(c.article) AS article, bool_or(m.severity = 'high') AS high
            FROM merged m JOIN cite c ON c.rule = m.rule AND c.version = m.version
            GROUP BY ALL)
        SELECT u.case_no, u.court_code, u.handler, m.name AS rule, m.theme, ob.outcome,
               ob.started_on, ob.due_on, ob.done_on, CAST(ob.days_late AS BIGINT) AS days_late,
               CASE WHEN also.high THEN 'high' ELSE m.severity END AS severity,
               concat_ws('；', c.source, also.source) AS source,
               concat_ws('；', c.article, also.article) AS article,
               concat_ws('; ', s.text, d.text) AS evidence, m.duty, ob.subject, ob.version,
               m.verified, ob.reason, CAST(ob.paused AS BIGINT) AS paused_days,
               nullif(concat_ws(';', {notes},
                   CASE WHEN d.recorded_on > d.day + 15 AND d.recorded_on > ob.due_on
                        THEN 'keyed_late' END,
                   CASE WHEN ob.missing IS NOT NULL THEN 'missing: ' || ob.missing END), '')
                   AS note
        FROM chosen ob JOIN units u USING (cid) JOIN meta m ON m.rule = ob.rule
        LEFT JOIN cite c ON c.rule = ob.rule AND c.version = ob.version
        LEFT JOIN also ON also.rule = ob.rule AND also.cid = ob.cid AND also.sid = ob.sid
              AND ob.outcome IN ({_FLAGGED_SQL})
        LEFT JOIN shown s ON s.eid = ob.sid LEFT JOIN shown d ON d.eid = ob.did
        ORDER BY court_code, case_no, m.name, started_on, subject, due_on, evidence""").df()
