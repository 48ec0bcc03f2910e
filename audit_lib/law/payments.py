"""Money that came in and must go out: a receipt is settled when the sums say so.

A receipt's clock starts at the notice that answers to it, else at its own day (and says so).
It is settled on the day when all that went out reaches all that came in up to and including
it; a small rest is the rule's ``rest_yuan``.
"""

from audit_lib.law.clauses import events_of, note_bit
from audit_lib.law.log import Log, first_eid
from audit_lib.law.matching import pairs_sql
from audit_lib.law.model import Rule, Version

__all__ = ["receipts", "settled"]

_COLUMNS = "eid, cid, day, until_day, code, amount, asset, party, pid, document"


def receipts(log: Log, rule: Rule, version: Version) -> str:
    """Return SQL of the receipts with their starts; ``amount`` is the running total."""
    total = (
        "sum(amount) OVER (PARTITION BY cid ORDER BY received, eid ROWS UNBOUNDED PRECEDING)"
        " AS amount"
    )
    if not version.or_else:
        log.con.execute(
            f"CREATE OR REPLACE TEMP TABLE receipt AS SELECT {_COLUMNS}, day AS received, 0 AS "
            f"notes FROM ({events_of(log, version.start, rule)})"
        )
    else:
        notices, money = (events_of(log, h, rule) for h in (version.start, version.or_else))
        log.con.execute(f"CREATE OR REPLACE TEMP TABLE notice AS {notices}")
        log.con.execute(f"CREATE OR REPLACE TEMP TABLE money AS {money}")
        log.con.execute(
            "CREATE OR REPLACE TEMP TABLE told AS " + pairs_sql("cid", "FROM money", "FROM notice")
        )
        log.con.execute(f"""
            CREATE OR REPLACE TEMP TABLE receipt AS
            SELECT m.eid, m.cid, coalesce(t.act_day, m.day) AS day, m.until_day, m.code, m.amount,
                   m.asset, m.party, m.pid, m.document, m.day AS received,
                   CASE WHEN t.act_day IS NULL THEN {note_bit("start_fallback")} ELSE 0 END
                       AS notes
            FROM money m LEFT JOIN told t ON t.trigger_eid = m.eid
            UNION ALL
            SELECT {_COLUMNS}, day AS received, 0 FROM notice
            WHERE cid NOT IN (SELECT cid FROM money)""")
    return f"SELECT {_COLUMNS.replace('amount', total)}, notes FROM receipt"


def settled(log: Log, rule: Rule, version: Version) -> None:
    """Make ``d``: the day on which what went out reached each receipt's running total."""
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE d AS
        WITH paid AS (
            SELECT cid, day, eid, sum(coalesce(amount, 0)) OVER (
                PARTITION BY cid ORDER BY day, eid ROWS UNBOUNDED PRECEDING) AS total
            FROM ev WHERE code IN {log.codes(version.until_sum)})
        SELECT o.oid, greatest(min(paid.day), any_value(o.start)) AS done,
               {first_eid("paid.")} AS did,
               FALSE AS early
        FROM o JOIN paid ON paid.cid = o.cid
         AND (paid.total >= o.amount - {rule.rest_yuan}
              OR (o.amount IS NULL AND paid.day >= o.start))
        GROUP BY o.oid""")
