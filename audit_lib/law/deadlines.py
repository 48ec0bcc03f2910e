"""Clocks: from one event, until another, within a time, net of pauses.

Takes one rule and a :class:`~audit_lib.law.log.Log`; lays one row an obligation into the table
``clocks``, which :mod:`audit_lib.law.clocks` decides. Each statement is set-based, so a million
cases cost what a few table scans cost.
"""

from audit_lib.law import payments
from audit_lib.law.clauses import (
    events_of,
    length_sql,
    note_bit,
    rolled_sql,
    scope_sql,
    version_sql,
)
from audit_lib.law.clocks import add_clocks, make_pauses
from audit_lib.law.log import Log, first_eid, quote
from audit_lib.law.matching import first_in_first_out
from audit_lib.law.model import AppliesTo, Rule, Version

__all__ = ["judge_deadline"]


def judge_deadline(log: Log, rule: Rule, number: int) -> None:
    """Add the obligations of one rule with a clock to ``clocks``, or to ``ob`` if unknown.

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
    for version, periods in rule.alike:
        started = _started_sql(log, rule, version, periods)
        if rule.tolling or version.until_sum or rule.per == "occurrence":
            # What is read by several statements is made once; most are over where it is empty.
            made = log.con.execute(f"CREATE OR REPLACE TEMP TABLE o AS {started}").fetchone()
            if made[0]:
                _add_clocks(log, rule, version, number, "")
        else:
            read_twice = "" if _at_most_once(log, version.until) else "MATERIALIZED"
            _add_clocks(log, rule, version, number, f"WITH o AS {read_twice} ({started})")
    _missing_starts(log, rule, number)
    _too_old(log, rule, number)


def _started_sql(log: Log, rule: Rule, version: Version, periods) -> str:
    """Return SQL of one row an obligation, with its start and the version that binds it."""
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
    joins = ""
    if rule.governed_by == "as_of":
        governed = quote(log.as_of)
    elif rule.governed_by == "trigger":
        governed = "start"
    else:
        governed = "g.governing"
        joins = (
            "JOIN (SELECT cid, min(day) AS governing FROM ev "
            f"WHERE code = {log.code(rule.governed_by)} GROUP BY cid) g USING (cid)"
        )
    inside, in_force = version_sql(governed, periods)
    due = _due(version)
    for event in version.within_by_event:
        due = due.replace(f"{{{event}}}", str(log.code(event)))
    if version.within_non_litigation or rule.applies_to != AppliesTo():
        joins = f"JOIN ({scope_sql(log, rule)}) u USING (cid) {joins}"
    oid = "s.cid" if rule.per == "case" else "row_number() OVER ()"
    kept = ", ".join(["cid", "start", "sid", *_kept_columns(rule, version)])
    once = not (version.until_sum or version.held) and all(
        _at_most_once(log, listed) for listed in (version.start, version.or_else) if listed
    )
    return f"""
        WITH rows AS ({rows}), started AS ({_by_subject(rule, version, once)})
        SELECT {oid} AS oid, {in_force} AS version, {due} AS due0, {kept}
        FROM started s {joins} WHERE start <= {quote(log.as_of)} AND {inside}"""


def _at_most_once(log: Log, happenings) -> bool:
    """Say whether no case of the batch has more than one of these events."""
    return len(happenings) == 1 and happenings[0].event in log.single


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


def _by_subject(rule: Rule, version: Version, once: bool) -> str:
    """Return SQL that gives one row a case, debtor, asset or event from ``rows``."""
    read = []
    if version.due == "until" or version.within_by_event:
        read.append("until_day")
    if version.within_by_event:
        read.append("code")
    if version.until_sum:
        read.append("amount")
    if version.or_else or version.until_sum:
        read.append("notes")
    if rule.per == "case" and once:
        return "SELECT " + ", ".join(["cid", "day AS start", "eid AS sid", *read]) + " FROM rows"
    firsts = [f"{'bit_or' if c == 'notes' else 'any_value'}({c}) AS {c}" for c in read]
    first = ", ".join(["min(day) AS start", f"{first_eid('r.')} AS sid", *firsts])
    if rule.per == "case":
        return f"SELECT cid, {first} FROM rows r GROUP BY cid"
    if rule.per == "party":
        return (
            f"SELECT r.cid, coalesce(p.name, any_value(r.party)) AS subject, p.pid, "
            f"NULL::VARCHAR AS key, {first} FROM rows r LEFT JOIN parties p "
            "ON p.cid = r.cid AND (r.pid IS NULL OR r.pid = p.pid) GROUP BY r.cid, p.pid, p.name"
        )
    if rule.per == "asset":
        return (
            f"SELECT cid, asset AS subject, NULL::SMALLINT AS pid, asset AS key, {first} "
            "FROM rows r GROUP BY cid, asset"
        )
    key = rule.match if rule.match != "none" else "NULL::VARCHAR"
    subject = key if rule.match != "none" else "coalesce(asset, party, document)"
    columns = ["day AS start", "eid AS sid", *read]
    return f"SELECT cid, {subject} AS subject, pid, {key} AS key, {', '.join(columns)} FROM rows"


def _acts(log: Log, rule: Rule, version: Version) -> tuple[str, str, str, str]:
    """Return SQL of the first act in answer to each obligation: done, did, early, and the join."""
    listed = ("d.done", "d.did", "coalesce(d.early, FALSE)")
    if version.until_sum:
        payments.settled(log, rule, version)
        return *listed, "LEFT JOIN d USING (oid)"
    if rule.per == "occurrence":
        first_in_first_out(log, rule, version)
        return *listed, "LEFT JOIN d USING (oid)"
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
    bound = "" if looks_back else f"AND {later}"
    acts = f"({events_of(log, version.until, rule)}) a ON a.cid = o.cid AND a.eid <> o.sid {match}"
    if _at_most_once(log, version.until):
        done, did = (f"CASE WHEN {later} THEN a.{column} END" for column in ("day", "eid"))
        early = "coalesce(a.day < o.start, FALSE)" if looks_back else "FALSE"
        return done, did, early, f"LEFT JOIN {acts} {bound}"
    early = "count(*) FILTER (a.day < o.start) > 0" if looks_back else "FALSE"
    return (
        *listed,
        f"""
        LEFT JOIN (
            SELECT o.oid, min(a.day) FILTER ({later}) AS done,
                   {first_eid("a.")} FILTER ({later}) AS did, {early} AS early
            FROM o JOIN {acts} {bound} GROUP BY o.oid) d USING (oid)""",
    )


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


def _add_clocks(log: Log, rule: Rule, version: Version, number: int, made: str) -> None:
    """Add the obligations of ``o`` with their acts, pauses and ends to ``clocks``."""
    kept = _kept_columns(rule, version)
    done, did, early, joins = _acts(log, rule, version)
    paused, doubted = "0", "0"
    notes = ["o.notes"] if "notes" in kept else ["0"]
    if rule.tolling and make_pauses(log, log.pauses(rule.tolling), "p"):
        joins += " LEFT JOIN p USING (oid)"
        paused = "coalesce(p.paused, 0)"
        notes.append(f"CASE WHEN p.unended THEN {note_bit('pause_end_not_recorded')} ELSE 0 END")
    if rule.doubtful_pauses and rule.tolling and log.has_pauses(rule.doubtful_pauses):
        both = log.pauses(rule.tolling, rule.doubtful_pauses)
        if make_pauses(log, both, "q"):
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
    laid = f"""
        {made} SELECT {len(log.parts)} AS part, o.cid, {subject} AS subject, o.start, o.sid,
               o.version, {" + ".join(notes)} AS notes, {done} AS act, {did} AS did,
               {early} AS early, o.due0, {paused} AS paused, {doubted} AS doubted,
               {extension} AS extended_to
        FROM o {joins}"""
    add_clocks(log, laid, alone=not made)


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
