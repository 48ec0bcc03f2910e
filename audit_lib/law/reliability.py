"""The record under suspicion: entries that came late, in bursts, out of order, or in copies.

A late entry is not a false one; a court may have caught up on its papers. These rows say where
to look before the rest of the record is believed. Reads ``parameters/law/reliability.yaml``.
"""

from datetime import date

import pandas as pd

from audit_lib.law.clauses import events_of, scope_sql
from audit_lib.law.court_log import batches, connect, open_court_log
from audit_lib.law.loading import load_pack
from audit_lib.law.log import Log, quote
from audit_lib.law.suspicion import Reliability, load_reliability

__all__ = ["check_reliability", "list_gaps"]

COLUMNS = (
    "court_code", "case_no", "handler", "kind", "event", "day", "recorded_on", "days", "cases",
    "entries", "detail", "evidence",
)  # fmt: skip


def check_reliability(snapshot, as_of: date) -> pd.DataFrame:
    """List what speaks against a court's record itself.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day; events and entries after it are not seen.

    Returns
    -------
    DataFrame, one row a suspicion
        ``kind``: ``late_keyed`` (an entry, with ``days`` between its day and its keying),
        ``burst`` (a court and a day of keying, with ``entries`` and ``cases``), ``order`` (a
        case in which one event stands before another that it needs), ``identical`` (one entry
        over ``cases`` cases), ``never_recorded`` (an event that a court has in no case though
        ``cases`` cases should have it). ``evidence`` names record rows, at most five.

    Notes
    -----
    Each is a lead: late keying does not say that nothing was done.
    """
    settings, pack, parts = load_reliability(), load_pack(), []
    con = connect()
    try:
        for courts in batches(snapshot):
            log = open_court_log(con, snapshot, courts, pack, as_of)
            _keyed(con, snapshot.only(courts), as_of)
            for find in (_late, _bursts, _order, _identical):
                parts.append(find(log, settings))
            parts.append(list_gaps(log, settings.never_after))
    finally:
        con.close()
    rows = pd.concat([p for p in parts if len(p)] or [pd.DataFrame()], ignore_index=True)
    rows = rows.reindex(columns=list(COLUMNS))
    for column in ("day", "recorded_on"):
        rows[column] = rows[column].astype("datetime64[us]")
    for column in ("days", "cases", "entries"):
        rows[column] = rows[column].astype("Int64")
    order = ["court_code", "kind", "case_no", "event", "day", "recorded_on", "detail"]
    return rows.sort_values(order, ignore_index=True)


def _keyed(con, part, as_of) -> None:
    """Make ``keyed``: the received entries with who keyed them in and when."""
    files = part.files("events")
    listed = ", ".join(quote(f) for f in files)
    source = (
        f"read_parquet([{listed}], hive_partitioning = false)"
        if files
        else "(SELECT NULL::VARCHAR AS case_no, NULL::VARCHAR AS event, NULL::DATE AS day, "
        "NULL::TIMESTAMP AS recorded_at, NULL::VARCHAR AS operator, NULL::VARCHAR AS note, "
        "NULL::VARCHAR AS source_file, NULL::BIGINT AS source_row WHERE FALSE)"
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE keyed AS
        SELECT u.cid, u.court_code, u.case_no, u.handler, e.event, e.day, e.recorded_at,
               CAST(e.recorded_at AS DATE) AS recorded_on, e.operator, e.note,
               e.event || ' ' || strftime(e.day, '%Y-%m-%d') || ' (' || e.source_file || '#'
                   || e.source_row || ')' AS evidence
        FROM {source} e JOIN units u USING (case_no)
        WHERE e.recorded_at IS NOT NULL AND CAST(e.recorded_at AS DATE) <= {quote(as_of)}
          AND coalesce(e.note, '') NOT LIKE '%日期推定%'""")


def _late(log: Log, settings: Reliability) -> pd.DataFrame:
    return log.con.execute(f"""
        SELECT court_code, case_no, handler, 'late_keyed' AS kind, event, day, recorded_on,
               recorded_on - day AS days, evidence
        FROM keyed WHERE recorded_on - day > {settings.late_keyed_days}""").df()


def _bursts(log: Log, settings: Reliability) -> pd.DataFrame:
    burst = settings.burst
    first = burst.report_day - burst.days_before
    return log.con.execute(f"""
        WITH a_day AS (
            SELECT court_code, recorded_on, count(*) AS entries, count(DISTINCT cid) AS cases,
                   count(*) FILTER (recorded_on - day > {burst.older_than_days}) AS old,
                   array_to_string(list_slice(list_sort(list(evidence)), 1, 5), '; ') AS evidence
            FROM keyed GROUP BY court_code, recorded_on),
        usual AS (SELECT court_code, median(old) AS usual FROM a_day GROUP BY court_code)
        SELECT court_code, 'burst' AS kind, recorded_on, old AS entries, cases, evidence
        FROM a_day JOIN usual USING (court_code)
        WHERE day(recorded_on) BETWEEN {first} AND {burst.report_day} AND old >= {burst.fewest}
          AND old >= {burst.times_usual} * greatest(usual, 1)""").df()


def _order(log: Log, settings: Reliability) -> pd.DataFrame:
    """Find cases in which the later of two events stands alone before the earlier one."""
    parts = [
        f"""
        SELECT u.court_code, u.case_no, u.handler, 'order' AS kind, {quote(pair.then)} AS event,
               b.day, {quote(pair.first)} AS detail, a.day - b.day AS days,
               {quote(pair.then)} || ' ' || strftime(b.day, '%Y-%m-%d') || ' (' || sb.file || '#'
                   || sb.row || '); ' || {quote(pair.first)} || ' '
                   || strftime(a.day, '%Y-%m-%d') || ' (' || sa.file || '#' || sa.row || ')'
                   AS evidence
        FROM (SELECT cid, min(day) AS day, arg_min(eid, day) AS eid FROM ev
              WHERE code = {log.code(pair.first)} GROUP BY cid) a
        JOIN (SELECT cid, min(day) AS day, arg_min(eid, day) AS eid FROM ev
              WHERE code = {log.code(pair.then)} GROUP BY cid) b USING (cid)
        JOIN units u USING (cid) JOIN src sa ON sa.eid = a.eid JOIN src sb ON sb.eid = b.eid
        WHERE b.day < a.day"""
        for pair in settings.order
    ]
    return log.con.execute(" UNION ALL ".join(parts)).df()


def _identical(log: Log, settings: Reliability) -> pd.DataFrame:
    return log.con.execute(f"""
        SELECT court_code, 'identical' AS kind, event, day, recorded_on,
               count(DISTINCT cid) AS cases, count(*) AS entries, operator AS detail,
               array_to_string(list_slice(list_sort(list(evidence)), 1, 5), '; ') AS evidence
        FROM keyed
        GROUP BY court_code, event, day, recorded_on, date_trunc('minute', recorded_at),
                 operator, note
        HAVING count(DISTINCT cid) >= {settings.identical.fewest_cases}""").df()


def list_gaps(log: Log, fewest: int) -> pd.DataFrame:
    """List the events that a court has in no case although many cases should have them.

    "Should have" is read from the rules themselves: a rule with a clock that binds so many cases
    of the court, with its start on file, and whose act none of them has.
    """
    rows = []
    for name, rule in log.pack.checkable().items():
        if rule.kind != "deadline":
            continue
        version = next(v for _, v in sorted(rule.versions.items(), reverse=True) if not v.ended)
        acts = sorted({h.event for h in version.until} | set(version.until_sum))
        courts = log.never_recorded(acts)
        if not courts:
            continue
        words = ", ".join(quote(c) for c in courts)
        counted = log.con.execute(f"""
            SELECT u.court_code, count(DISTINCT u.cid) AS cases
            FROM ({events_of(log, version.start, rule)}) s
            JOIN ({scope_sql(log, rule)}) u USING (cid) WHERE u.court_code IN ({words})
            GROUP BY court_code HAVING count(DISTINCT cid) >= {fewest}""").fetchall()
        rows += [
            {"court_code": court, "kind": "never_recorded", "event": act, "cases": cases,
             "detail": name}
            for court, cases in counted
            for act in acts
        ]  # fmt: skip
    frame = pd.DataFrame(rows)
    if frame.empty:
        return frame
    return frame.sort_values("cases", ascending=False).drop_duplicates(["court_code", "event"])
