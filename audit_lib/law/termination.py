"""The page of a 终本: each condition met, missing or unknown, with the events it rests on.

Every ruling is judged by the text in force on its own day: 法〔2016〕373号 from 2016-12-01;
before, 法发〔2014〕26号 and 解释 519. The older conditions are no rules of the catalogue: the
page shows what the record has of them, and none of them accuses.
"""

from datetime import date

import pandas as pd

from audit_lib.law.clauses import events_of, length_sql
from audit_lib.law.conditions import lacking_sql, triggers
from audit_lib.law.court_log import batches, connect, open_court_log
from audit_lib.law.loading import load_pack
from audit_lib.law.log import Log, quote
from audit_lib.law.model import Requirement, Rule
from audit_lib.law.suspicion import load_reliability

__all__ = ["list_conditions"]


def list_conditions(snapshot, as_of: date) -> pd.DataFrame:
    """List each condition of each ruling that ended the present procedure.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day; later rulings and events are not seen.

    Returns
    -------
    DataFrame, one row a ruling and condition
        ``case_no``, ``court_code``, ``handler``, ``ruled_on``, ``rule`` (missing: a condition
        of the older text alone), ``condition`` (its name in the rule), ``state``: ``met``,
        ``missing``, ``not_required`` (its ground did not arise) or ``unknown`` (the court never
        records it); ``version``, ``source``, ``article``, ``evidence`` (the entries found, at
        most five).

    References
    ----------
    法〔2016〕373号; before it 法发〔2014〕26号 article 16 and 法释〔2015〕5号 article 519.
    """
    pack, settings, parts = load_pack(), load_reliability(), []
    con = connect()
    try:
        for courts in batches(snapshot):
            log = open_court_log(con, snapshot, courts, pack, as_of)
            for name in settings.conditions:
                parts += _of_rule(log, name, pack.rule(name))
            parts.append(_three_months(log))
            parts += _of_older(log, settings.older_conditions)
    finally:
        con.close()
    columns = [
        "case_no", "court_code", "handler", "ruled_on", "rule", "condition", "state", "version",
        "source", "article", "evidence",
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    for column in ("ruled_on", "version"):
        rows[column] = rows[column].astype("datetime64[us]")
    order = ["court_code", "case_no", "ruled_on", "rule", "condition"]
    return rows[columns].sort_values(order, ignore_index=True)


def _of_rule(log: Log, name: str, rule: Rule) -> list[pd.DataFrame]:
    parts = []
    for version, periods in rule.alike:
        triggers(log, rule, version, periods)
        for need in version.requires:
            frame = _of_need(log, need)
            frame["rule"] = name
            frame["source"] = [
                log.pack.texts[rule.versions[v.date()].source.text].number for v in frame["version"]
            ]
            frame["article"] = [rule.versions[v.date()].source.article for v in frame["version"]]
            parts.append(frame)
    return parts


def _three_months(log: Log) -> pd.DataFrame:
    """Return the condition that more than three months have passed since filing."""
    name = "zb_min_3m"
    rule = log.pack.rule(name)
    ((since, version),) = ((d, v) for d, v in rule.versions.items() if not v.ended)
    triggers(log, rule.model_copy(update={"governed_by": "trigger"}),
             version.model_copy(update={"start": version.until}), [(since, None)])  # fmt: skip
    floor = length_sql("u.filed_on", version.within)
    frame = log.con.execute(f"""
        SELECT u.case_no, u.court_code, u.handler, t.day AS ruled_on,
               'three_months' AS condition,
               CASE WHEN u.filed_on IS NULL THEN 'unknown' WHEN t.day > {floor} THEN 'met'
                    ELSE 'missing' END AS state,
               t.version, 'case_filed ' || strftime(u.filed_on, '%Y-%m-%d') AS evidence
        FROM t JOIN units u USING (cid)""").df()
    source = version.source
    return frame.assign(
        rule=name, source=log.pack.texts[source.text].number, article=source.article
    )


def _of_older(log: Log, older) -> list[pd.DataFrame]:
    """Return what the record has of the conditions that held before 法〔2016〕373号."""
    rule = log.pack.rule("zb_notice_and_report")
    first = min(rule.versions)
    start = rule.versions[first].start
    triggers(log, rule, rule.versions[first].model_copy(update={"start": start}),
             [(older.since, first)])  # fmt: skip
    parts = []
    for name in older.rules:
        version = min(log.pack.rule(name).versions.items())[1]
        for need in version.requires:
            frame = _of_need(log, need)
            frame["rule"], frame["source"], frame["article"] = None, older.source, older.article
            parts.append(frame)
    return parts


def _of_need(log: Log, need: Requirement) -> pd.DataFrame:
    plain = Rule.model_construct(per="case", match="none")
    asked = "TRUE"
    if need.when or need.settles:
        asked = (
            "EXISTS (SELECT 1 FROM ev w WHERE w.cid = t.cid AND w.day <= t.day "
            f"AND w.code IN {log.codes([*need.when, *need.settles])})"
        )
    return log.con.execute(f"""
        WITH lacking AS (SELECT eid, bool_and(never) AS never FROM ({lacking_sql(log, need)})
                         GROUP BY eid),
        found AS (
            SELECT t.eid, array_to_string(list_slice(list_sort(list(
                c.event || ' ' || strftime(a.day, '%Y-%m-%d') || ' (' || s.file || '#' || s.row
                || ')')), 1, 5), '; ') AS evidence
            FROM t JOIN ({events_of(log, need.any, plain)}) a
              ON a.cid = t.cid AND a.day <= t.day AND a.eid <> t.eid
            JOIN ev e ON e.eid = a.eid JOIN code_names c ON c.code = e.code
            JOIN src s ON s.eid = a.eid GROUP BY t.eid)
        SELECT u.case_no, u.court_code, u.handler, t.day AS ruled_on, {quote(need.name)}
                   AS condition,
               CASE WHEN l.eid IS NULL AND NOT {asked} THEN 'not_required'
                    WHEN l.eid IS NULL THEN 'met'
                    WHEN l.never AND count(*) FILTER (l.never) OVER (PARTITION BY u.court_code)
                         >= {log.never_after} THEN 'unknown' ELSE 'missing' END AS state,
               t.version, f.evidence
        FROM t JOIN units u USING (cid) LEFT JOIN lacking l USING (eid)
        LEFT JOIN found f USING (eid)""").df()
