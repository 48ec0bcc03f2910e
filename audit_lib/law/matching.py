"""Which act answers which occurrence: first come, first served.

An act answers the earliest open occurrence with the same key (asset, party or document), or
else the earliest open occurrence of the case. Acts that find nothing open answer nothing. Both
passes are window sums, not loops.

References
----------
``clue_verified`` in the event list of the received format: "matches the earliest open clue with
the same asset_id or else the earliest open clue".
"""

from audit_lib.law.clauses import events_of
from audit_lib.law.log import Log
from audit_lib.law.model import Happening, Rule, Version

__all__ = ["first_in_first_out", "pairs_sql"]


def pairs_sql(partition: str, triggers: str, acts: str) -> str:
    """Return SQL of (trigger eid, act eid, act day), matched first in, first out.

    Parameters
    ----------
    partition : columns within which events are matched, such as ``cid, key``
    triggers, acts : SQL or tables with ``eid``, ``day`` and those columns

    Notes
    -----
    With A acts and T triggers so far, an act finds nothing open exactly when A - T reaches a
    new maximum above zero; what remains pairs by rank. On one day triggers come first.
    """
    window = f"PARTITION BY {partition} ORDER BY day, act, eid"
    return f"""
        WITH seq AS (
            SELECT {partition}, day, eid, 0 AS act FROM ({triggers}) UNION ALL
            SELECT {partition}, day, eid, 1 AS act FROM ({acts})),
        balanced AS (
            SELECT *, sum(2 * act - 1) OVER ({window} ROWS UNBOUNDED PRECEDING) AS balance
            FROM seq),
        spotted AS (
            SELECT *, act = 1 AND balance > greatest(0, coalesce(max(balance) OVER (
                {window} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)) AS orphan
            FROM balanced),
        ranked AS (
            SELECT *, row_number() OVER (PARTITION BY {partition}, act ORDER BY day, eid) AS rank
            FROM spotted WHERE NOT orphan)
        SELECT t.eid AS trigger_eid, a.eid AS act_eid, a.day AS act_day
        FROM (SELECT * FROM ranked WHERE act = 0) t
        JOIN (SELECT * FROM ranked WHERE act = 1) a USING ({partition}, rank)"""


def first_in_first_out(log: Log, rule: Rule, version: Version) -> None:
    """Make ``d`` for a rule that counts each occurrence: oid, done, did, early."""
    pool = [Happening(event=e) for e in rule.pool] or version.start
    opened = events_of(log, pool, rule)
    if version.or_else and not rule.pool:
        # A fallback start stands only where the case has no start of its own.
        second = events_of(log, version.or_else, rule)
        opened = (
            f"SELECT * FROM ({opened}) UNION ALL SELECT * FROM ({second}) "
            f"WHERE cid NOT IN (SELECT cid FROM ({opened}))"
        )
    key = "NULL::VARCHAR" if rule.match == "none" else rule.match
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE opened AS
        SELECT eid, cid, day, {key} AS key FROM ({opened})""")
    made = log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE answers AS
        SELECT eid, cid, day, {key} AS key FROM ({events_of(log, version.until, rule)})""")
    if not made.fetchone()[0]:
        log.con.execute("CREATE OR REPLACE TEMP TABLE d (oid BIGINT, done DATE, did BIGINT, "
                        "early BOOLEAN)")  # fmt: skip
        return
    if rule.match == "none":
        matched = pairs_sql("cid", "FROM opened", "FROM answers")
    else:
        keyed = pairs_sql(
            "cid, key",
            "SELECT * FROM opened WHERE key IS NOT NULL",
            "SELECT * FROM answers WHERE key IS NOT NULL",
        )
        log.con.execute(f"CREATE OR REPLACE TEMP TABLE same_key AS {keyed}")
        rest = pairs_sql(
            "cid",
            "SELECT * FROM opened WHERE eid NOT IN (SELECT trigger_eid FROM same_key)",
            "SELECT * FROM answers WHERE eid NOT IN (SELECT act_eid FROM same_key)",
        )
        matched = f"SELECT * FROM same_key UNION ALL SELECT * FROM ({rest})"
    early = "FALSE"
    if rule.early_act == "met":
        early = (
            "EXISTS (SELECT 1 FROM answers a WHERE a.cid = o.cid AND a.day < o.start "
            "AND (a.key IS NULL OR o.key IS NULL OR a.key = o.key))"
        )
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE d AS
        SELECT o.oid, p.act_day AS done, p.act_eid AS did, p.act_eid IS NULL AS early
        FROM o LEFT JOIN ({matched}) p
          ON p.trigger_eid = o.sid
        WHERE p.act_eid IS NOT NULL OR {early}""")
