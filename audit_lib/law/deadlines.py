"""Clocks: from one event, until another, within a time, net of pauses.

Takes one rule and a :class:`~audit_lib.law.log.Log`; adds one row an obligation to the table
``ob``. Each statement is set-based, so a million cases cost what a few table scans cost.
"""

from audit_lib.law import payments
from audit_lib.law.clauses import (
    events_of,
    length_sql,
    note_bit,
    rolled_sql,
    scope_sql,
    version_sql,
    versions_alike,
)
from audit_lib.law.log import Log, first_eid, quote
from audit_lib.law.matching import first_in_first_out
from audit_lib.law.model import Rule, Version

__all__ = ["decide_clocks", "judge_deadline", "obligation_columns", "open_clocks"]

obligation_columns = (
    "rule, cid, subject, outcome, started_on, due_on, done_on, days_late, version, reason, "
    "sid, did, paused, notes, missing"
)


def judge_deadline(log: Log, rule: Rule, number: int) -> None:
    """Add the obligations of one rule with a clock to ``ob``.

    Parameters
    ----------
    log : the batch
    rule : a rule of kind ``deadline``
    number : the rule's number in the result

    Notes
    -----
    An act before its start is a contradiction of the record (``unknown``) unless the rule says
    that early is in time. A closing that ends the clock counts as the act.
    """
    for version, periods in versions_alike(rule):
        _starts(log, rule, version, periods)
        _add_clocks(log, rule, version, number, _acts(log, rule, version))
    _missing_starts(log, rule, number)
    _too_old(log, rule, number)


def _starts(log: Log, rule: Rule, version: Version, periods) -> None:
    """Make ``o``: one row an obligation, with its start and the version that binds it."""
    rows = f"SELECT *, 0 AS notes FROM ({events_of(log, version.start, rule)})"
    if version.until_sum:
        rows = payments.receipts(log, rule, version)
    elif version.held:
        rows = _still_held(log, rule, version, rows)
    elif version.or_else:
        rows = f"""
            WITH first AS ({rows}),
            second AS (SELECT *, {note_bit("start_fallback")} AS notes
                       FROM ({events_of(log, version.or_else, rule)}))
            SELECT * FROM first UNION ALL SELECT * FROM second s WHERE {_no_other("first", rule)}"""
    if rule.governed_by == "as_of":
        governed, join = quote(log.as_of), ""
    elif rule.governed_by == "trigger":
        governed, join = "start", ""
    else:
        governed = "g.governing"
        join = (
            "JOIN (SELECT cid, min(day) AS governing FROM ev "
            f"WHERE code = {log.code(rule.governed_by)} GROUP BY cid) g USING (cid)"
        )
    inside, in_force = version_sql(governed, periods)
    due = _due(version)
    for event in version.within_by_event:
        due = due.replace(f"{{{event}}}", str(log.code(event)))
    kept = ["cid", "start", "sid", *_kept_columns(rule, version)]
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE o AS
        WITH rows AS ({rows}), scope AS ({scope_sql(log, rule)}),
        started AS ({_by_subject(rule)}),
        bound AS (
            SELECT row_number() OVER () AS oid, s.*,
                   coalesce(u.non_litigation, 'no') AS non_litigation, {in_force} AS version
            FROM started s JOIN scope u USING (cid) {join}
            WHERE start <= {quote(log.as_of)} AND {inside})
        SELECT oid, version, {due} AS due0, {", ".join(kept)} FROM bound""")


def _no_other(first: str, rule: Rule) -> str:
    """Return the condition that a fallback start `s` has no start of its own in `first`."""
    if rule.per != "asset":
        return f"cid NOT IN (SELECT cid FROM {first})"
    return (
        f"NOT EXISTS (SELECT 1 FROM {first} f WHERE f.cid = s.cid "
        "AND (f.asset IS NULL OR s.asset IS NULL OR f.asset = s.asset))"
    )


def _kept_columns(rule: Rule, version: Version) -> list[str]:
    """Return the columns of an obligation that are read later; to store one costs as a scan."""
    kept = []
    if rule.per != "case":
        kept += ["subject", "pid", "key"]
    if version.within_by_event:
        kept.append("until_day")
    if version.until_sum:
        kept.append("amount")
    if version.or_else or version.until_sum:
        kept.append("notes")
    return kept


def _still_held(log: Log, rule: Rule, version: Version, rows: str) -> str:
    """Return SQL of one row a trigger and thing that was still under control on its day."""
    control = log.codes([*rule.pool, "seizure_renewed"])
    same = "(r.asset IS NULL OR c.asset IS NULL OR c.asset = r.asset)"
    return f"""
        SELECT r.eid, r.cid, r.day, NULL::DATE AS until_day, r.code, c.amount, c.asset, r.party,
               r.pid, r.document, 0 AS notes
        FROM ({rows}) r JOIN (
            SELECT cid, asset, min(day) AS since, max(until_day) AS until_day,
                   bool_or(until_day IS NULL) AS open, max(amount) AS amount
            FROM ev WHERE code IN {control} GROUP BY cid, asset) c
          ON c.cid = r.cid AND c.since <= r.day AND {same} AND (c.open OR c.until_day >= r.day)
        WHERE NOT EXISTS (
            SELECT 1 FROM ({events_of(log, version.until, rule)}) w
            WHERE w.cid = r.cid AND w.day >= c.since AND w.day < r.day
              AND (w.asset IS NULL OR c.asset IS NULL OR w.asset = c.asset))"""


def _by_subject(rule: Rule) -> str:
    """Return SQL that gives one row a case, debtor, asset or event from ``rows``."""
    first = f"min(day) AS start, {first_eid('r.')}"
    rest = (
        "AS sid, any_value(until_day) AS until_day, any_value(code) AS code, "
        "any_value(amount) AS amount, bit_or(notes) AS notes"
    )
    if rule.per == "case":
        return (
            f"SELECT cid, NULL::VARCHAR AS subject, NULL::SMALLINT AS pid, NULL::VARCHAR AS key, "
            f"{first} {rest} FROM rows r GROUP BY cid"
        )
    if rule.per == "party":
        return (
            f"SELECT r.cid, coalesce(p.name, any_value(r.party)) AS subject, p.pid, "
            f"NULL::VARCHAR AS key, {first} {rest} FROM rows r LEFT JOIN parties p "
            "ON p.cid = r.cid AND (r.pid IS NULL OR r.pid = p.pid) GROUP BY r.cid, p.pid, p.name"
        )
    if rule.per == "asset":
        return (
            f"SELECT cid, asset AS subject, NULL::SMALLINT AS pid, asset AS key, {first} {rest} "
            "FROM rows r GROUP BY cid, asset"
        )
    key = rule.match if rule.match != "none" else "NULL::VARCHAR"
    subject = key if rule.match != "none" else "coalesce(asset, party, document)"
    return (
        f"SELECT cid, {subject} AS subject, pid, {key} AS key, day AS start, eid AS sid, "
        "until_day, code, amount, notes FROM rows"
    )


def _acts(log: Log, rule: Rule, version: Version) -> str:
    """Return SQL of the first act in answer to each obligation: oid, done, did, early."""
    if version.until_sum:
        payments.settled(log, rule, version)
        return "SELECT * FROM d"
    if rule.per == "occurrence":
        first_in_first_out(log, rule, version)
        return "SELECT * FROM d"
    match = {
        "party": "AND (a.pid IS NULL OR o.pid IS NULL OR a.pid = o.pid)",
        "asset": "AND (a.asset IS NULL OR o.key IS NULL OR a.asset = o.key)",
        "case": "",
    }.get(rule.per)
    if match is None:
        match = (
            ""
            if rule.match == "none"
            else f"AND (a.{rule.match} IS NULL OR o.key IS NULL OR a.{rule.match} = o.key)"
        )
    later = "a.day >= o.start"
    if rule.strictly_after:
        later = "(a.day > o.start OR (a.day = o.start AND a.eid > o.sid))"
    single = rule.per in ("case", "party", "asset") and rule.early_act != "ignored"
    looks_back = single or rule.early_act == "met"
    early = "count(*) FILTER (a.day < o.start) > 0" if looks_back else "FALSE"
    bound = "" if looks_back else f"AND {later}"
    return f"""
        SELECT o.oid, min(a.day) FILTER ({later}) AS done,
               {first_eid("a.")} FILTER ({later}) AS did, {early} AS early
        FROM o JOIN ({events_of(log, version.until, rule)}) a
          ON a.cid = o.cid AND a.eid <> o.sid {match} {bound}
        GROUP BY o.oid"""


def _due(version: Version) -> str:
    """Return SQL of the due day before pauses."""
    if version.due == "until":
        if not version.within_by_event:
            return "until_day"
        return f"coalesce(until_day, {_by_event(version)})"
    if version.due:
        return quote(version.due)
    due = length_sql("start", version.wait or version.within)
    if version.within_non_litigation:
        shorter = length_sql("start", version.within_non_litigation)
        due = f"CASE WHEN non_litigation = 'yes' THEN {shorter} ELSE {due} END"
    if version.minus:
        # The limit itself moves off a rest day before the days are counted back from it.
        due = f"({rolled_sql(due)} - {version.minus.count})"
    return due


def _by_event(version: Version) -> str:
    cases = " ".join(
        f"WHEN code = {{{event}}} THEN {length_sql('start', span)}"
        for event, span in version.within_by_event.items()
    )
    return f"CASE {cases} END"


def pauses_sql(table: str, name: str) -> str:
    """Return SQL of the days that a list of pauses adds to each obligation of ``o``.

    A pause adds its days when it opens on or before the due day as moved by the pauses before
    it; what lies before the start is cut off. Merged pauses do not overlap, so this needs no
    loop.
    """
    return f"""
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
        FROM summed WHERE opens <= due0 + CAST(earlier AS INTEGER) GROUP BY oid"""


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


def _add_clocks(log: Log, rule: Rule, version: Version, number: int, acted: str) -> None:
    """Add the obligations of ``o`` with their acts, pauses and ends to ``clocks``."""
    kept = _kept_columns(rule, version)
    paused, doubted, joins = "0", "0", ""
    notes = ["o.notes"] if "notes" in kept else ["0"]
    if rule.tolling:
        log.con.execute(pauses_sql(log.pauses(rule.tolling), "p"))
        joins += " LEFT JOIN p USING (oid)"
        paused = "coalesce(p.paused, 0)"
        notes.append(f"CASE WHEN p.unended THEN {note_bit('pause_end_not_recorded')} ELSE 0 END")
    if rule.doubtful_pauses and rule.tolling:
        log.con.execute(pauses_sql(log.pauses(rule.tolling, rule.doubtful_pauses), "q"))
        joins += " LEFT JOIN q USING (oid)"
        doubted = f"greatest(coalesce(q.paused, 0) - {paused}, 0)"
    extension = "NULL"
    if rule.extended_by:
        joins += (
            " LEFT JOIN (SELECT cid, max(until_day) AS extended_to FROM ev WHERE code IN "
            f"{log.codes(rule.extended_by)} GROUP BY cid) x ON x.cid = o.cid"
        )
        extension = "x.extended_to"
    if version.within_by_event:
        notes.append(f"CASE WHEN o.until_day IS NULL THEN {note_bit('term_assumed')} ELSE 0 END")
    # Where the text gives no day count, our own waiting time decides only that it is absent.
    waits = rule.kind == "present"
    acts = rule.recorded_by or [*(h.event for h in version.until), *version.until_sum]
    attributes = (
        number, waits, rule.rolls and not waits, rule.early_act == "met",
        rule.shown_without_day == "handler", rule.closing,
    )  # fmt: skip
    log.parts.append((attributes, log.never_recorded(acts)))
    subject = "o.subject" if "subject" in kept else "NULL"
    log.con.execute(f"""
        INSERT INTO clocks
        SELECT {len(log.parts)}, o.cid, {subject}, o.start, o.sid, o.version, {" + ".join(notes)},
               d.done, d.did, coalesce(d.early, FALSE), o.due0, {paused}, {doubted}, {extension}
        FROM o LEFT JOIN ({acted}) d USING (oid) {joins}""")


def _ended_sql(closing) -> str:
    """Return SQL of the day on which a case's closing ends a rule's clock, or NULL."""
    if closing == "ends":
        return "u.closed_on"
    if closing == "stays":
        return "NULL"
    words = ", ".join(quote(manner) for manner in closing)
    return f"CASE WHEN u.manner IN ({words}) THEN u.closed_on END"


def decide_clocks(log: Log) -> None:
    """Add one row an obligation of ``clocks`` to ``ob``: met, late, overdue, running, unknown.

    What a rule only waits for (its text gives no day count) is met or breached instead.
    """
    if not log.parts:
        return
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
        INSERT INTO ob
        WITH n AS (SELECT j.*, {never} AS never FROM clock_outcomes j {join})
        SELECT rule, cid, subject,
            CASE WHEN {passed} AND never THEN 'unknown'
                 WHEN waits AND (outcome0 = 'overdue' OR (outcome0 = 'late' AND by_closing))
                     THEN 'breached'
                 WHEN waits AND outcome0 = 'late' THEN 'met'
                 ELSE outcome0 END,
            start, CASE WHEN NOT waits THEN due END,
            CASE WHEN outcome0 = 'unknown' AND (early OR shown) THEN NULL ELSE done END,
            CASE WHEN never OR waits THEN NULL WHEN outcome0 = 'late' THEN done - due
                 WHEN outcome0 = 'overdue' THEN today - due END,
            version,
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
        FROM n""")
    open_clocks(log)


def _missing_starts(log: Log, rule: Rule, number: int) -> None:
    """Add ``unknown`` for cases that must have had the start but whose record lacks it."""
    if not rule.always:
        return
    version = next(v for _, v in sorted(rule.versions.items(), reverse=True) if not v.ended)
    codes = log.codes(h.event for h in (*version.start, *version.or_else))
    log.con.execute(f"""
        INSERT INTO ob
        SELECT {number}, cid, NULL, 'unknown', NULL, NULL, NULL, NULL, NULL,
               'start_not_recorded', NULL, NULL, 0, 0, NULL
        FROM ({scope_sql(log, rule)})
        WHERE cid NOT IN (SELECT cid FROM ev WHERE code IN {codes})""")


def _too_old(log: Log, rule: Rule, number: int) -> None:
    """Add ``unknown`` where the duty is older than the text that can be cited."""
    if rule.before_first_version != "unknown":
        return
    day, version = min(rule.versions.items())
    log.con.execute(f"""
        INSERT INTO ob
        SELECT {number}, r.cid, coalesce(r.asset, r.party), 'unknown', r.day, NULL, NULL, NULL,
               NULL, 'before_text', r.eid, NULL, 0, 0, NULL
        FROM ({events_of(log, version.start or version.forbidden, rule)}) r
        JOIN ({scope_sql(log, rule)}) USING (cid) WHERE r.day < {quote(day)}""")
