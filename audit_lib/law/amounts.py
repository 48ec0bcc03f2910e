"""Rules about how long and how much: terms, control against claim, floors, caps.

Takes one rule and a :class:`~audit_lib.law.log.Log`; adds rows to the table ``ob``. All sums
are yuan.
"""

from audit_lib.law.clauses import (
    events_of,
    length_sql,
    note_bit,
    scope_sql,
    version_sql,
)
from audit_lib.law.clocks import make_pauses
from audit_lib.law.conditions import triggers
from audit_lib.law.log import Log, last_eid, quote
from audit_lib.law.model import Base, Happening, Rule, Span, Version

__all__ = ["judge_amount", "judge_term"]


def judge_term(log: Log, rule: Rule, number: int) -> None:
    """Add a row for each term that the record gives, against the longest that the law allows.

    Notes
    -----
    A term without a recorded end is ``unknown``; so is one that only a special ground would
    allow (``doubtful_to``).
    """
    for version, periods in rule.alike:
        if not triggers(log, rule, version, periods):
            continue
        limit = length_sql("t.day", version.within)
        if version.base:
            _extension_base(log, rule, version)
            # Nine months from filing are nine months, whichever way the months are stepped.
            limit = f"greatest({length_sql('b.base', version.within)}, b.whole)"
        join = "JOIN base b USING (eid)" if version.base else ""
        grave = length_sql("t.day", version.doubtful_to) if version.doubtful_to else limit
        log.con.execute(f"""
            INSERT INTO ob
            WITH j AS (SELECT t.*, {limit} AS most, {grave} AS grave FROM t {join})
            SELECT {number}, cid, coalesce(asset, party),
                CASE WHEN until_day IS NULL THEN 'unknown' WHEN until_day <= most THEN 'met'
                     WHEN until_day <= grave THEN 'unknown' ELSE 'breached' END,
                day, most, until_day, NULL, version,
                CASE WHEN until_day IS NULL THEN 'term_not_recorded'
                     WHEN until_day > most AND until_day <= grave THEN 'special_ground' END,
                eid, NULL, 0, 0, NULL
            FROM j""")


def _extension_base(log: Log, rule: Rule, version: Version) -> None:
    """Make ``base``: for each extension the day from which its length is counted."""
    own = version.base
    due, whole = (_by_kind(own, extra) for extra in (Span(count=0, unit="month"), version.within))
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE o AS
        SELECT s.cid AS oid, s.cid, s.start, {due} AS due0, {whole} AS whole
        FROM (SELECT cid, min(day) AS start FROM ({events_of(log, own.start, rule)}) GROUP BY cid) s
        JOIN units u USING (cid)""")
    paused = "0"
    join = ""
    if rule.tolling:
        make_pauses(log, log.pauses(rule.tolling), "p")
        paused, join = "coalesce(p.paused, 0)", "LEFT JOIN p USING (oid)"
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE base AS
        SELECT t.eid, greatest(k.next_work, coalesce(max(t.until_day) OVER (
            PARTITION BY t.cid ORDER BY t.day, t.eid
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), k.next_work)) AS base,
               o.whole + {paused} AS whole
        FROM t JOIN o USING (cid) {join} JOIN cal k ON k.day = o.due0 + {paused}""")


def _by_kind(base: Base, extra: Span) -> str:
    """Return SQL of the base clock's end, `extra` months later, by the kind of case."""

    def end(span: Span) -> str:
        return length_sql("start", Span(count=span.count + extra.count, unit="month"))

    if not base.within_non_litigation:
        return end(base.within)
    return (
        f"CASE WHEN non_litigation = 'yes' THEN {end(base.within_non_litigation)} "
        f"ELSE {end(base.within)} END"
    )


def judge_amount(log: Log, rule: Rule, number: int) -> None:
    """Add a row for each amount that a rule compares."""
    judge = {"held": _held, "sum": _sum, "ratio": _ratio, "range": _range}
    for version, periods in rule.alike:
        judge[version.measure.kind](log, rule, version, periods, number)


def _plain(words) -> list[Happening]:
    return [Happening(event=word) for word in words]


def _held(log: Log, rule: Rule, version: Version, periods, number: int) -> None:
    """Judge the value under control today, per asset, against the claim or the ruled limit.

    Deposits are divisible. One thing that is worth too much is ``unknown``: is it divisible, is
    there other property? Over-control needs a part that could be let go while the rest still
    covers the claim.
    """
    m = version.measure
    adds, renewed = log.codes(m.adds), log.codes([*m.adds, "seizure_renewed"])
    sets, removes = log.codes([*m.adds, *m.sets]), log.codes(m.removes)
    divisible = ", ".join(quote(k) for k in m.divisible) or "NULL"
    limits = log.codes(m.limited_by) if m.limited_by else "(-1)"
    inside, in_force = version_sql("last_day", periods)
    frozen, preserved = log.code("deposit_frozen"), log.code("preservation_carried_out")
    log.con.execute(f"""
        CREATE OR REPLACE TEMP TABLE held AS
        WITH own AS (SELECT e.*, coalesce(asset, 'row ' || eid) AS key FROM ev e
                     WHERE code IN {sets} AND cid IN (SELECT cid FROM ev WHERE code IN {adds})),
        value AS (
            SELECT cid, key, any_value(asset) AS asset, max(day) AS day, {last_eid()} AS eid,
                   arg_max(amount, (day - DATE '1900-01-01') * 8589934592 + eid)
                       FILTER (amount IS NOT NULL) AS amount,
                   bool_or(code = {frozen} OR asset_kind IN ({divisible})) AS divisible,
                   bool_or(asset IS NULL AND code = {preserved}) AS unnamed_preservation,
                   bool_or(asset IS NULL AND code <> {preserved}) AS unnamed_control
            FROM own GROUP BY cid, key),
        term AS (
            SELECT cid, asset, max(until_day) AS until_day, bool_or(until_day IS NULL) AS open
            FROM ev WHERE code IN {renewed} GROUP BY cid, asset),
        gone AS (
            SELECT v.cid, v.key, sum(CASE WHEN r.code = {log.code("deposit_transferred")}
                       AND v.divisible THEN coalesce(r.amount, v.amount) ELSE v.amount END) AS less
            FROM value v JOIN ev r ON r.cid = v.cid AND r.code IN {removes}
              AND (r.day > v.day OR (r.day = v.day AND r.eid > v.eid))
              AND (r.asset IS NULL OR v.asset IS NULL OR r.asset = v.asset)
            GROUP BY v.cid, v.key)
        SELECT v.cid, v.key, v.eid, v.day, v.divisible, v.unnamed_preservation,
               v.unnamed_control,
               CASE WHEN t.until_day < {quote(log.as_of)} AND NOT t.open THEN 0
                    WHEN v.amount IS NULL THEN CASE WHEN g.cid IS NOT NULL THEN 0 END
                    ELSE greatest(v.amount - coalesce(g.less, 0), 0) END AS amount
        FROM value v LEFT JOIN gone g USING (cid, key)
        LEFT JOIN term t ON t.cid = v.cid AND t.asset IS NOT DISTINCT FROM v.asset""")
    log.con.execute(f"""
        INSERT INTO ob
        WITH ruled AS (
            SELECT cid, max(amount) AS ruled FROM ev WHERE code IN {limits} GROUP BY cid),
        total AS (
            -- A preservation without an asset and a later freeze without one may be the same
            -- thing: it is counted once, at the larger of the two sums.
            SELECT cid, coalesce(sum(amount), 0) - least(
                       coalesce(sum(amount) FILTER (unnamed_preservation), 0),
                       coalesce(sum(amount) FILTER (unnamed_control), 0)) AS held,
                   max(day) AS last_day, {last_eid()} AS eid,
                   count(*) FILTER (amount > 0) AS things, bool_or(amount IS NULL) AS gaps,
                   sum(amount) FILTER (divisible) AS divisible,
                   min(amount) FILTER (amount > 0 AND NOT divisible) AS smallest
            FROM held GROUP BY cid),
        j AS (
            SELECT t.*, greatest(u.claim, r.ruled) AS most
            FROM total t JOIN ({scope_sql(log, rule)}) u USING (cid) LEFT JOIN ruled r USING (cid)
            WHERE things > 0 AND coalesce(u.manner, '') <> 'completed')
        SELECT {number}, cid, NULL,
            CASE WHEN most IS NULL THEN 'unknown'
                 WHEN held <= most * {m.at_most} THEN CASE WHEN gaps THEN 'unknown' ELSE 'met' END
                 WHEN coalesce(divisible, 0) > 0 OR smallest <= held - most THEN 'breached'
                 ELSE 'unknown' END,
            last_day, NULL, NULL, NULL, {in_force},
            CASE WHEN most IS NULL THEN 'claim_not_recorded'
                 WHEN held <= most * {m.at_most} AND gaps THEN 'amount_not_recorded'
                 WHEN held > most * {m.at_most} AND coalesce(divisible, 0) = 0
                      AND smallest > held - most THEN 'indivisible' END,
            eid, NULL, 0, CASE WHEN things = 1 THEN {note_bit("sole_asset")} ELSE 0 END,
            printf('held %.2f; limit %.2f', held, most)
        FROM j WHERE {inside}""")


def _sum(log: Log, rule: Rule, version: Version, periods, number: int) -> None:
    """Judge what was collected, less what went back, against the claim."""
    m = version.measure
    adds, removes = log.codes(m.adds), log.codes(m.removes)
    inside, in_force = version_sql("day", periods)
    first = quote(min(rule.versions))
    older = rule.before_first_version == "unknown"
    log.con.execute(f"""
        INSERT INTO ob
        WITH flows AS (
            SELECT cid, day, eid, CASE WHEN code IN {adds} THEN amount ELSE -amount END AS amount
            FROM ev WHERE code IN {adds} OR code IN {removes}),
        total AS (
            SELECT cid, sum(amount) AS collected, max(day) AS day, {last_eid()} AS eid,
                   bool_or(amount IS NULL) AS gaps FROM flows GROUP BY cid),
        j AS (SELECT t.*, u.claim FROM total t JOIN ({scope_sql(log, rule)}) u USING (cid))
        SELECT {number}, cid, NULL,
            CASE WHEN claim IS NULL OR claim <= 0 THEN 'unknown'
                 WHEN collected <= claim * {m.doubtful_from}
                     THEN CASE WHEN gaps THEN 'unknown' ELSE 'met' END
                 WHEN collected <= claim * {m.at_most} OR day < {first} THEN 'unknown'
                 ELSE 'breached' END,
            day, NULL, NULL, NULL, {in_force},
            CASE WHEN claim IS NULL OR claim <= 0 THEN 'claim_not_recorded'
                 WHEN collected <= claim * {m.doubtful_from} AND gaps THEN 'amount_not_recorded'
                 WHEN collected > claim * {m.doubtful_from} AND day < {first} THEN 'before_text'
                 WHEN collected > claim * {m.doubtful_from} AND collected <= claim * {m.at_most}
                     THEN 'interest_not_recorded' END,
            eid, NULL, 0, 0, printf('collected %.2f; claim %.2f', collected, claim)
        FROM j WHERE {inside} OR ({str(older).upper()} AND day < {first}
                                  AND collected > claim * {m.doubtful_from})""")


def _ratio(log: Log, rule: Rule, version: Version, periods, number: int) -> None:
    """Judge one amount against another of the same asset, the latest before it."""
    m = version.measure
    if not triggers(log, rule, version, periods):
        return
    log.con.execute(f"""
        INSERT INTO ob
        WITH based AS (
            SELECT t.eid,
                   arg_max(b.amount, (b.day - DATE '1900-01-01') * 8589934592 + b.eid) AS base
            FROM t JOIN ev b ON b.cid = t.cid AND b.day <= t.day AND b.amount IS NOT NULL
              AND b.code IN {log.codes(m.base)}
              AND (b.asset = t.asset OR b.asset IS NULL OR t.asset IS NULL)
            GROUP BY t.eid)
        SELECT {number}, t.cid, t.asset,
            CASE WHEN base IS NULL OR base <= 0 OR t.amount IS NULL THEN 'unknown'
                 WHEN t.amount >= base * {m.at_least} THEN 'met' ELSE 'breached' END,
            t.day, NULL, NULL, NULL, t.version,
            CASE WHEN base IS NULL OR base <= 0 OR t.amount IS NULL
                 THEN 'amount_not_recorded' END,
            t.eid, NULL, 0, 0, printf('amount %.2f; base %.2f', t.amount, base)
        FROM t LEFT JOIN based USING (eid)""")


def _range(log: Log, rule: Rule, version: Version, periods, number: int) -> None:
    """Judge an amount against limits that depend on what the party is."""
    limits = version.measure.limits
    if not triggers(log, rule, version, periods):
        return
    rows = " UNION ALL ".join(
        f"SELECT {quote(kind)} AS kind, {low} AS low, {high} AS high"
        for kind, (low, high) in sorted(limits.items())
    )
    log.con.execute(f"""
        INSERT INTO ob
        WITH limits AS ({rows}),
        j AS (
            SELECT t.*, min(l.low) AS low, max(l.high) AS high, max(l.low) AS high_low,
                   min(l.high) AS low_high
            FROM t LEFT JOIN parties p ON p.cid = t.cid AND p.pid = t.pid
            JOIN limits l ON p.kind IS NULL OR l.kind = p.kind GROUP BY ALL)
        SELECT {number}, cid, party,
            CASE WHEN amount IS NULL THEN 'unknown'
                 WHEN amount < low OR amount > high THEN 'breached'
                 WHEN amount >= high_low AND amount <= low_high THEN 'met' ELSE 'unknown' END,
            day, NULL, NULL, NULL, version,
            CASE WHEN amount IS NULL THEN 'amount_not_recorded'
                 WHEN amount >= low AND amount <= high
                      AND NOT (amount >= high_low AND amount <= low_high)
                 THEN 'party_kind_not_recorded' END,
            eid, NULL, 0, 0, printf('amount %.2f', amount)
        FROM j""")
