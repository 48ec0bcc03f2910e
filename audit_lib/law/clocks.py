"""The clocks of all rules, decided together: met, late, overdue, running or unknown.

Each rule with a clock lays its obligations into the table ``clocks``
(:mod:`audit_lib.law.deadlines`); here one statement for all of them moves the due days off rest
days, counts pauses and closings, and adds the outcomes to ``ob``.
"""

from audit_lib.law.clauses import note_bit
from audit_lib.law.log import Log, quote

_TOGETHER = 8

__all__ = ["add_clocks", "decide_clocks", "make_pauses", "open_clocks"]


def make_pauses(log: Log, table: str, name: str) -> int:
    """Make a table of the days that a list of pauses adds to each obligation of ``o``.

    A pause adds its days when it opens on or before the due day as moved by the pauses before
    it; what lies before the start is cut off. Merged pauses do not overlap, so this needs no
    loop.

    Returns
    -------
    int : how many obligations have a pause
    """
    made = log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {name} AS
        WITH cut AS (
            SELECT o.oid, o.due0, greatest(p.opens, o.start) AS opens, p.unended,
                   p.ends - greatest(p.opens, o.start) AS length
            FROM o JOIN {table} p ON p.cid = o.cid AND p.ends > o.start
            WHERE o.due0 IS NOT NULL),
        summed AS (
            SELECT *, coalesce(sum(length) OVER (PARTITION BY oid ORDER BY opens
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier FROM cut)
        SELECT oid, CAST(sum(length) AS INTEGER) AS paused, bool_or(unended) AS unended
        FROM summed WHERE opens <= due0 + CAST(earlier AS INTEGER) GROUP BY oid""")
    return made.fetchone()[0]


def open_clocks(log: Log) -> None:
    """Make the tables in which the clocks of all rules wait to be decided together.

    One statement for all rules costs a tenth of one a rule, where the log is small.
    """
    log.con.execute("""
        CREATE OR REPLACE TEMP TABLE clocks (
            part SMALLINT, cid INTEGER, subject VARCHAR, start DATE, sid BIGINT, version DATE,
            notes SMALLINT, act DATE, did BIGINT, early BOOLEAN, due0 DATE, paused INTEGER,
            doubted INTEGER, extended_to DATE)""")
    log.parts.clear()
    log.waiting.clear()


def add_clocks(log: Log, laid: str, alone: bool) -> None:
    """Add obligations to ``clocks``: a few rules a statement, unless it reads tables of its own.

    An insertion of less than a row group is copied twice; eight rules together are not, and
    take half the time.
    """
    if alone:
        log.con.execute(f"INSERT INTO clocks {laid}")
        return
    log.waiting.append(f"({laid})")
    if len(log.waiting) >= _TOGETHER:
        _flush(log)


def _flush(log: Log) -> None:
    if log.waiting:
        log.con.execute("INSERT INTO clocks " + " UNION ALL ".join(log.waiting))
        log.waiting.clear()


def _ended_sql(closing) -> str:
    """Return SQL of the day on which a case's closing ends a rule's clock, or NULL."""
    if closing == "ends":
        return "u.closed_on"
    if closing == "stays":
        return "NULL"
    words = ", ".join(quote(manner) for manner in closing)
    return f"CASE WHEN u.manner IN ({words}) THEN u.closed_on END"


def decide_clocks(log: Log, kept: str) -> None:
    """Add one row an obligation of ``clocks`` to ``ob``: met, late, overdue, running, unknown.

    What a rule only waits for (its text gives no day count) is met or breached instead.

    Parameters
    ----------
    kept : SQL condition over ``rule`` and ``outcome`` of the rows that are wanted; the others,
        on a large record most, are only counted, into ``tally``
    """
    if not log.parts:
        return
    _flush(log)
    passed = "outcome0 IN ('overdue', 'late')"
    closings = sorted({str(attributes[-1]): attributes[-1] for attributes, _ in log.parts}.items())
    kinds = {name: number for number, (name, _) in enumerate(closings)}
    parts = ", ".join(
        f"({n}, {', '.join(map(quote, [*attributes[:-1], kinds[str(attributes[-1])]]))})"
        for n, (attributes, _) in enumerate(log.parts, start=1)
    )
    ended = " ".join(
        f"WHEN {number} THEN {_ended_sql(closing)}" for number, (_, closing) in enumerate(closings)
    )
    gaps = ", ".join(
        f"({n}, {quote(court)})"
        for n, (_, courts) in enumerate(log.parts, start=1)
        for court in courts
    )
    log.con.execute(
        "CREATE OR REPLACE TEMP TABLE clock_parts AS "
        f"SELECT * FROM (VALUES {parts}) v(part, rule, waits, rolls, early_is_met, named, "
        "closing_kind)"
    )
    log.con.execute(f"""
        CREATE OR REPLACE TEMP VIEW clock_outcomes AS
        WITH e AS (
            SELECT c.*, g.rule, g.waits, g.rolls, g.early_is_met, u.court_code,
                   g.named AND c.act IS NULL AND u.handler IS NOT NULL AS shown,
                   CASE g.closing_kind {ended} END AS ended,
                   greatest(due0 + paused, extended_to) AS moved, {quote(log.as_of)} AS today
            FROM clocks c JOIN clock_parts g USING (part) JOIN units u USING (cid)),
        k AS (
            SELECT e.*, CASE WHEN rolls THEN coalesce(k.next_work, moved) ELSE moved END AS due,
                   rolls AND NOT coalesce(k.known, FALSE) AS beyond,
                   CASE WHEN ended >= start THEN ended END AS closing
            FROM e LEFT JOIN cal k ON k.day = e.moved),
        r AS (
            SELECT *, coalesce(least(act, closing), closing) AS done,
                   (closing IS NOT NULL AND (act IS NULL OR closing < act)) AS by_closing
            FROM k)
        SELECT *,
            CASE
                WHEN done IS NULL AND early
                    THEN CASE WHEN early_is_met THEN 'met' ELSE 'unknown' END
                WHEN due IS NULL THEN 'unknown'
                WHEN done IS NOT NULL AND done <= due THEN 'met'
                WHEN done IS NULL AND today <= due THEN 'running'
                WHEN shown THEN 'unknown'
                WHEN doubted > 0 AND coalesce(done, today) <= due + doubted THEN 'unknown'
                WHEN beyond AND coalesce(done, today) <= due + 10 THEN 'unknown'
                WHEN done IS NOT NULL THEN 'late'
                ELSE 'overdue' END AS outcome0
        FROM r""")
    never, join = "FALSE", ""
    if gaps:
        log.con.execute(
            "CREATE OR REPLACE TEMP TABLE clock_gaps AS "
            f"SELECT * FROM (VALUES {gaps}) v(part, court_code)"
        )
        never = "(y.part IS NOT NULL)"
        join = f"""
            LEFT JOIN (
                SELECT part, court_code FROM clock_outcomes SEMI JOIN clock_gaps
                    USING (part, court_code)
                WHERE {passed} GROUP BY part, court_code HAVING count(*) >= {log.never_after}) y
              ON y.part = j.part AND y.court_code = j.court_code"""
    log.con.execute(f"""
        CREATE OR REPLACE TEMP VIEW decided AS
        WITH n AS (SELECT j.*, {never} AS never FROM clock_outcomes j {join})
        SELECT *,
            CASE WHEN {passed} AND never THEN 'unknown'
                 WHEN waits AND (outcome0 = 'overdue' OR (outcome0 = 'late' AND by_closing))
                     THEN 'breached'
                 WHEN waits AND outcome0 = 'late' THEN 'met'
                 ELSE outcome0 END AS outcome,
            CASE WHEN never OR waits THEN NULL WHEN outcome0 = 'late' THEN done - due
                 WHEN outcome0 = 'overdue' THEN today - due END AS days_late
        FROM n""")
    if kept != "TRUE":
        log.con.execute(f"""
            INSERT INTO tally
            SELECT court_code, rule, outcome, count(*), sum(days_late)
            FROM decided WHERE NOT ({kept}) GROUP BY court_code, rule, outcome""")
    if kept != "FALSE":
        log.con.execute(f"INSERT INTO ob {_obligations_sql(passed)} WHERE {kept}")
    open_clocks(log)


def _obligations_sql(passed: str) -> str:
    """Return SQL of the rows of ``decided`` as those of ``ob``."""
    return f"""
        SELECT rule, cid, subject, outcome, start, CASE WHEN NOT waits THEN due END,
            CASE WHEN outcome0 = 'unknown' AND (early OR shown) THEN NULL ELSE done END,
            days_late, version,
            CASE WHEN {passed} AND never THEN 'court_never_records'
                 WHEN outcome0 <> 'unknown' THEN NULL
                 WHEN done IS NULL AND early THEN 'act_before_start'
                 WHEN due IS NULL THEN 'term_not_recorded'
                 WHEN shown THEN 'day_not_recorded'
                 WHEN doubted > 0 AND coalesce(done, today) <= due + doubted
                     THEN 'doubtful_pause'
                 ELSE 'calendar_beyond' END,
            sid, CASE WHEN by_closing THEN NULL ELSE did END, paused,
            notes
                + CASE WHEN extended_to > due0 + paused THEN {note_bit("extended")} ELSE 0 END
                + CASE WHEN beyond THEN {note_bit("calendar_beyond")} ELSE 0 END
                + CASE WHEN by_closing THEN {note_bit("ended_by_closing")} ELSE 0 END
                + CASE WHEN due > moved THEN {note_bit("rolled")} ELSE 0 END
                + CASE WHEN paused > 0 THEN {note_bit("paused")} ELSE 0 END,
            NULL
        FROM decided"""
