"""Rules without a running clock: too early, something missing before, forbidden, periodic.

Takes one rule and a :class:`~audit_lib.law.log.Log`; adds rows to the table ``ob``. Their
outcomes are ``breached``, ``met``, ``unknown`` and, where a time still runs, ``running``.
"""

from audit_lib.law.clauses import (
    events_of,
    length_sql,
    rolled_sql,
    scope_sql,
    version_sql,
)
from audit_lib.law.log import Log, first_eid, quote
from audit_lib.law.model import Requirement, Rule, Version

__all__ = ["judge_absent", "judge_earliest", "judge_fact", "judge_precedes", "judge_repeat"]


def triggers(log: Log, rule: Rule, version: Version, periods) -> int:
    """Make ``t``, the events that ask for something, one row an event; return how many.

    Columns: eid, cid, day, until_day, code, amount, asset, party, pid, document, court_code,
    closed_on, version. The version is picked by the event's own day, or as the rule says.
    """
    governed = quote(log.as_of) if rule.governed_by == "as_of" else "day"
    inside, in_force = version_sql(governed, periods)
    made = log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE t AS
        SELECT r.*, u.court_code, u.closed_on, {in_force} AS version
        FROM ({events_of(log, version.start, rule)}) r JOIN ({scope_sql(log, rule)}) u USING (cid)
        WHERE {inside}""")
    return made.fetchone()[0]


def judge_earliest(log: Log, rule: Rule, number: int) -> None:
    """Add a row for each act that must wait until a time since its start is over.

    Notes
    -----
    The act must lie after the time: "more than three months since filing" is not met on the
    last day. No act, no row.
    """
    for version, periods in rule.alike:
        inside, in_force = version_sql("start" if rule.governed_by == "trigger" else "act", periods)
        floor = rolled_sql(length_sql("start", version.within), rule.rolls)
        log.con.execute(f"""
            INSERT INTO ob
            WITH s AS (SELECT cid, min(day) AS start, {first_eid()} AS sid
                       FROM ({events_of(log, version.start, rule)}) GROUP BY cid),
            a AS (SELECT u.cid, any_value(s.start) AS start, any_value(s.sid) AS sid,
                         coalesce(min(a.day) FILTER (a.day >= s.start), min(a.day)) AS act,
                         coalesce({first_eid("a.")} FILTER (a.day >= s.start),
                                  {first_eid("a.")}) AS did
                  FROM ({events_of(log, version.until, rule)}) a
                  JOIN ({scope_sql(log, rule)}) u USING (cid) LEFT JOIN s USING (cid)
                  GROUP BY u.cid),
            j AS (SELECT *, {floor} AS floor FROM a)
            SELECT {number}, cid, NULL,
                CASE WHEN start IS NULL OR act < start THEN 'unknown'
                     WHEN act <= floor THEN 'breached' ELSE 'met' END,
                start, floor, act, NULL, {in_force},
                CASE WHEN start IS NULL THEN 'start_not_recorded'
                     WHEN act < start THEN 'act_before_start' END,
                coalesce(sid, did), did, 0, 0, NULL
            FROM j WHERE {inside}""")


def judge_precedes(log: Log, rule: Rule, number: int) -> None:
    """Add a row for each event before which other things must stand in the record.

    Notes
    -----
    ``missing`` names the requirements that are not there. A requirement that the court's
    record never holds for anybody is ``unknown``, not missing.
    """
    for version, periods in rule.alike:
        if rule.before_first_version == "unknown":
            _older(log, rule, number, version.start)
        if not triggers(log, rule, version, periods):
            continue
        lacking = " UNION ALL ".join(lacking_sql(log, need) for need in version.requires)
        log.con.execute(f"""
            INSERT INTO ob
            WITH lacking AS (
                SELECT l.eid, l.name, any_value(l.never) AS never FROM ({lacking}) l
                GROUP BY l.eid, l.name),
            judged AS (
                SELECT l.eid, l.name, l.never AND count(*) OVER (PARTITION BY l.name, t.court_code)
                    >= {log.never_after} AS never
                FROM lacking l JOIN t USING (eid)),
            per_event AS (
                SELECT eid, string_agg(name, ';' ORDER BY name) AS names,
                       bool_and(never) AS never FROM judged GROUP BY eid)
            SELECT {number}, t.cid, coalesce(t.asset, t.party),
                CASE WHEN p.eid IS NULL THEN 'met' WHEN p.never THEN 'unknown'
                     ELSE 'breached' END,
                t.day, NULL, NULL, NULL, t.version,
                CASE WHEN p.never THEN 'court_never_records' END,
                t.eid, NULL, 0, 0, p.names
            FROM t LEFT JOIN per_event p USING (eid)""")


def lacking_sql(log: Log, need: Requirement) -> str:
    """Return SQL of the triggers in ``t`` that lack one requirement: eid, name, never."""
    acts = f"SELECT * FROM ({events_of(log, need.any, _PLAIN)})"
    latest = f"(t.day - {need.lead.count})" if need.lead else "t.day"
    same_asset = "AND (a.asset IS NULL OR t.asset IS NULL OR a.asset = t.asset)"
    same_party = "AND (a.party IS NULL OR t.party IS NULL OR a.party = t.party)"
    never = log.never_recorded(h.event for h in need.any)
    courts = ", ".join(quote(c) for c in never) or "NULL"
    columns = f"t.eid, {quote(need.name)} AS name, t.court_code IN ({courts}) AS never"
    if need.settles:
        same = "AND (a.asset IS NULL OR s.asset IS NULL OR a.asset = s.asset)"
        return f"""
            SELECT {columns} FROM t JOIN ev s ON s.cid = t.cid AND s.day <= t.day
              AND s.code IN {log.codes(need.settles)}
            WHERE NOT EXISTS (SELECT 1 FROM ({acts}) a WHERE a.cid = s.cid AND a.day >= s.day
              AND a.day <= t.day {same})"""
    if need.since_previous:
        return f"""
            SELECT {columns} FROM (
                SELECT t.*, max(day) OVER (PARTITION BY cid, party ORDER BY day
                    RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous FROM t) t
            WHERE previous IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM ({acts}) a WHERE a.cid = t.cid AND a.day > t.previous
                AND a.day <= t.day {same_party})"""
    when = ""
    if need.when:
        match = same_asset.replace("a.", "w.") if need.per == "asset" else ""
        when = (
            " AND EXISTS (SELECT 1 FROM ev w WHERE w.cid = t.cid AND w.day <= t.day "
            f"AND w.code IN {log.codes(need.when)} {match})"
        )
    match, source = "", "t"
    if need.per == "asset":
        match = same_asset
    if need.per == "party":
        source = "t LEFT JOIN parties p ON p.cid = t.cid"
        match = "AND (a.pid IS NULL OR p.pid IS NULL OR a.pid = p.pid)"
    return f"""
        SELECT {columns} FROM {source}
        WHERE NOT EXISTS (SELECT 1 FROM ({acts}) a WHERE a.cid = t.cid AND a.eid <> t.eid
          AND a.day <= {latest} {match}){when}"""


_PLAIN = Rule.model_construct(per="case", match="none")


def judge_absent(log: Log, rule: Rule, number: int) -> None:
    """Add a row for each event that must not be there, at all or inside a window.

    Notes
    -----
    A window opens the day after its start and is closed by the first of ``window_ends``, plus
    ``window_plus``; one that opens with an event of ``without_end`` is never closed. Where the
    record does not say which asset or party an event concerns, the outcome is ``unknown``.
    """
    for version, periods in rule.alike:
        forbidden = events_of(log, version.forbidden, rule)
        scope = scope_sql(log, rule)
        inside, in_force = version_sql("f.day", periods)
        if not version.start:
            log.con.execute(f"""
                INSERT INTO ob
                SELECT {number}, f.cid, coalesce(f.asset, f.party), 'breached', f.day, NULL,
                       f.day, NULL, {in_force}, NULL, f.eid, NULL, 0, 0, NULL
                FROM ({forbidden}) f JOIN ({scope}) USING (cid) WHERE {inside}""")
        else:
            _windows(log, rule, version, periods, number)
        if rule.before_first_version == "unknown":
            _older(log, rule, number, version.forbidden)


def _windows(log: Log, rule: Rule, version: Version, periods, number: int) -> None:
    if not triggers(log, rule, version, periods):
        return
    plus = "{}"
    if version.window_plus:
        plus = rolled_sql(length_sql("{}", version.window_plus), rule.rolls)
    key = rule.match if rule.match != "none" else None
    same_end = f"AND (w.{key} IS NULL OR t.{key} IS NULL OR w.{key} = t.{key})" if key else ""
    same = f"AND (f.{key} IS NULL OR t.{key} IS NULL OR f.{key} = t.{key})" if key else ""
    doubt = f"(f.{key} IS NULL OR t.{key} IS NULL)" if key else "FALSE"
    if version.window_ends:
        ends = events_of(log, version.window_ends, rule)
        end = plus.format("min(w.day)")
        log.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE span AS
            SELECT t.*, e.ends FROM t LEFT JOIN (
                SELECT t.eid, {end} AS ends FROM t JOIN ({ends}) w
                  ON w.cid = t.cid AND w.day >= t.day AND w.eid <> t.eid {same_end}
                GROUP BY t.eid) e USING (eid)""")
    else:
        end = plus.format("t.day")
        if version.without_end:
            end = f"CASE WHEN t.code NOT IN {log.codes(version.without_end)} THEN {end} END"
        log.con.execute(f"CREATE OR REPLACE TEMP TABLE span AS SELECT t.*, {end} AS ends FROM t")
    log.con.execute(f"""
        INSERT INTO ob
        WITH hits AS (
            SELECT f.eid AS did, f.day AS act, t.eid AS sid, t.cid, t.day, t.ends, t.version,
                   coalesce(t.asset, t.party, f.asset, f.party) AS subject, {doubt} AS doubt,
                   row_number() OVER (PARTITION BY f.eid ORDER BY {doubt}, t.day, t.eid) AS place
            FROM span t JOIN ({events_of(log, version.forbidden, rule)}) f
              ON f.cid = t.cid AND f.day > t.day AND (t.ends IS NULL OR f.day <= t.ends)
             AND f.eid <> t.eid {same})
        SELECT {number}, cid, subject, CASE WHEN doubt THEN 'unknown' ELSE 'breached' END,
               day, ends, act, NULL, version,
               CASE WHEN doubt THEN 'subject_not_recorded' END, sid, did, 0, 0, NULL
        FROM hits WHERE place = 1""")


def _older(log: Log, rule: Rule, number: int, happenings) -> None:
    """Add ``unknown`` for what lies before the first text that can be cited."""
    log.con.execute(f"""
        INSERT INTO ob
        SELECT {number}, r.cid, coalesce(r.asset, r.party), 'unknown', r.day, NULL, NULL, NULL,
               NULL, 'before_text', r.eid, NULL, 0, 0, NULL
        FROM ({events_of(log, happenings, rule)}) r JOIN ({scope_sql(log, rule)}) USING (cid)
        WHERE r.day < {quote(min(rule.versions))}""")


def judge_repeat(log: Log, rule: Rule, number: int) -> None:
    """Add a row for each period that must hold an act, up to the one that runs now.

    Notes
    -----
    Periods are counted from the trigger, and stop at an event of ``ends``, at the next trigger,
    or after ``for_at_most``. An act after its period makes it ``late``.
    """
    for version, periods in rule.alike:
        if not triggers(log, rule, version, periods):
            continue
        months = version.every.count * (12 if version.every.unit == "year" else 1)
        total = version.for_at_most.count * (12 if version.for_at_most.unit == "year" else 1)
        stops = log.codes([*version.ends, *(h.event for h in version.start)])
        never = log.never_recorded(h.event for h in version.until)
        courts = ", ".join(quote(c) for c in never) or "NULL"
        log.con.execute(f"""
            INSERT INTO ob
            WITH stop AS (
                SELECT t.eid, min(e.day) AS stop FROM t JOIN ev e ON e.cid = t.cid
                  AND e.day > t.day AND e.code IN {stops} GROUP BY t.eid),
            spans AS (
                SELECT t.*, n.n,
                    CAST(t.day + to_months(CAST({months} * (n.n - 1) AS INTEGER)) AS DATE)
                        AS begins,
                    CAST(t.day + to_months(CAST({months} * n.n AS INTEGER)) AS DATE) AS moved,
                    stop.stop
                FROM t LEFT JOIN stop USING (eid), range(1, {total // months} + 1) AS n(n)),
            live AS (
                SELECT s.*, k.next_work AS due FROM spans s JOIN cal k ON k.day = s.moved
                WHERE begins < {quote(log.as_of)} AND (stop IS NULL OR moved < stop)),
            acted AS (
                SELECT l.eid, l.n, min(a.day) AS act, {first_eid("a.")} AS did
                FROM live l JOIN ({events_of(log, version.until, rule)}) a
                  ON a.cid = l.cid AND a.day > l.begins GROUP BY l.eid, l.n),
            judged AS (
                SELECT l.*, act, did,
                    CASE WHEN act <= due THEN 'met' WHEN {quote(log.as_of)} <= due THEN 'running'
                         WHEN act IS NOT NULL THEN 'late' ELSE 'overdue' END AS outcome0
                FROM live l LEFT JOIN acted USING (eid, n)),
            never AS (
                SELECT *, court_code IN ({courts}) AND count(DISTINCT eid) FILTER (
                    outcome0 = 'overdue') OVER (PARTITION BY court_code) >= {log.never_after}
                    AS never FROM judged)
            SELECT {number}, cid, NULL,
                CASE WHEN outcome0 = 'overdue' AND never THEN 'unknown' ELSE outcome0 END,
                begins, due, act,
                CASE WHEN outcome0 = 'late' THEN act - due
                     WHEN outcome0 = 'overdue' AND NOT coalesce(never, FALSE)
                     THEN {quote(log.as_of)} - due END,
                version,
                CASE WHEN outcome0 = 'overdue' AND never THEN 'court_never_records' END,
                eid, did, 0, 0, NULL
            FROM never""")


def judge_fact(log: Log, rule: Rule, number: int) -> None:
    """Add a row for each case whose own column must hold one of the allowed words."""
    for version, periods in rule.alike:
        if not triggers(log, rule, version, periods):
            continue
        fact = version.fact
        column = {
            "closing_ground": "ground",
            "closing_manner": "manner",
            "case_number_style": "style",
        }[fact.column]
        if fact.column == "closing_ground":
            fits = " OR ".join(f"contains({column}, {quote(w)})" for w in fact.one_of)
        else:
            fits = f"{column} IN (" + ", ".join(quote(w) for w in fact.one_of) + ")"
        # An export without the column says nothing of any case; nor does a court that has it
        # in none of its many cases.
        absent = quote(fact.missing == "unknown" or fact.column in log.absent_columns)
        log.con.execute(f"""
            INSERT INTO ob
            WITH j AS (
                SELECT t.*, {column} AS fact, count({column}) OVER w = 0
                       AND count(*) OVER w >= {log.never_after} AS never
                FROM t JOIN units u USING (cid) WINDOW w AS (PARTITION BY t.court_code))
            SELECT {number}, cid, NULL,
                CASE WHEN fact IS NULL THEN CASE WHEN {absent} OR never THEN 'unknown'
                          ELSE {quote(fact.missing)} END
                     WHEN {fits.replace(column, "fact")} THEN 'met' ELSE 'breached' END,
                day, NULL, NULL, NULL, version,
                CASE WHEN fact IS NULL AND {absent} THEN 'fact_not_recorded'
                     WHEN fact IS NULL AND never THEN 'court_never_records' END,
                eid, NULL, 0, 0, CASE WHEN fact IS NULL THEN {quote(fact.column)} END
            FROM j""")
