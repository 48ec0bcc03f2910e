"""Silence: the longest time in an open case without a substantive act, net of pauses.

Reads ``parameters/law/acts.yaml``. Telling the parties, or a query that repeats itself, is not
a substantive act; lawful pauses are deducted and named.
"""

from datetime import date

import pandas as pd

from audit_lib.errors import UnknownCode
from audit_lib.law.court_log import batches, connect, open_court_log
from audit_lib.law.loading import Pack, load_pack
from audit_lib.law.log import Log, first_eid, quote
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

__all__ = ["Acts", "load_acts", "measure_silence"]

COLUMNS = (
    "case_no", "court_code", "handler", "silent_days", "silent_from", "silent_until",
    "current_days", "last_substantive", "last_substantive_on", "paused_days", "pauses",
    "evidence",
)  # fmt: skip


class Acts(Parameters):
    """Which events move a case on, which only once, and which only look like it."""

    kinds: list[str]
    substantive: list[str]
    once: list[str]
    cosmetic: list[str]
    pauses: str
    settlement: str


def load_acts() -> Acts:
    """Read ``acts.yaml``; an event in two lists, or an unknown one, is refused.

    Raises
    ------
    UnknownCode
        A word is no event of the vocabulary.
    """
    acts = load_parameters(parameters_folder() / "law" / "acts.yaml", Acts)
    known = load_pack().events
    listed = [*acts.substantive, *acts.once, *acts.cosmetic]
    for word in listed:
        if word not in known:
            raise UnknownCode.from_value("event in acts.yaml", word, known)
        if listed.count(word) > 1:
            raise UnknownCode(f"`{word}` stands in acts.yaml twice; choose one list.")
    return acts


def measure_silence(snapshot, as_of: date, pack: Pack | None = None) -> pd.DataFrame:
    """Measure the longest silence of each open case.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day; later events are not seen.

    Returns
    -------
    DataFrame, one row an open case of the kinds in ``acts.yaml``
        ``silent_days`` longest net time in calendar days, ``silent_from`` and ``silent_until``
        its ends; ``current_days`` the net time since the last substantive act;
        ``last_substantive`` event code and its day; ``paused_days`` deducted from the longest;
        ``pauses`` their dates; ``evidence`` record rows at both ends.

    Notes
    -----
    The time begins on the day of filing. A case without a filing day is left out: there is
    nothing to count from.
    """
    pack, acts = pack or load_pack(), load_acts()
    con, parts = connect(), []
    try:
        for courts in batches(snapshot):
            log = open_court_log(con, snapshot, courts, pack, as_of)
            parts.append(_measure(log, acts))
    finally:
        con.close()
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    for column in ("silent_from", "silent_until", "last_substantive_on"):
        rows[column] = rows[column].astype("datetime64[us]")
    for column in ("silent_days", "current_days", "paused_days"):
        rows[column] = rows[column].astype("Int64")
    return rows


def _measure(log: Log, acts: Acts) -> pd.DataFrame:
    pauses = log.pauses(acts.pauses, acts.settlement)
    kinds = ", ".join(quote(k) for k in acts.kinds)
    today = quote(log.as_of)
    return log.con.execute(f"""
        WITH open AS (SELECT * FROM units WHERE closed_on IS NULL AND filed_on IS NOT NULL
                      AND kind IN ({kinds})),
        acts AS (
            SELECT cid, day, eid, code FROM ev WHERE code IN {log.codes(acts.substantive)}
            UNION ALL
            SELECT cid, min(day), {first_eid()}, code FROM ev WHERE code IN {log.codes(acts.once)}
            GROUP BY cid, code),
        moves AS (
            SELECT cid, day, min(eid) AS eid FROM (
                SELECT o.cid, a.day, a.eid FROM open o JOIN acts a USING (cid)
                WHERE a.day >= o.filed_on
                UNION ALL SELECT o.cid, o.filed_on, e.eid FROM open o JOIN ev e
                ON e.cid = o.cid AND e.code = {log.code("case_filed")})
            GROUP BY cid, day),
        gaps AS (
            SELECT cid, day AS begins, eid, coalesce(lead(day) OVER w, {today}) AS ends,
                   lead(eid) OVER w AS next_eid, lead(day) OVER w IS NULL AS last
            FROM moves WINDOW w AS (PARTITION BY cid ORDER BY day)),
        paused AS (
            SELECT g.cid, g.begins,
                   CAST(sum(least(p.ends, g.ends) - greatest(p.opens, g.begins)) AS INTEGER)
                       AS days,
                   string_agg(strftime(greatest(p.opens, g.begins), '%Y-%m-%d') || '/'
                       || strftime(least(p.ends, g.ends), '%Y-%m-%d'), '; ' ORDER BY p.opens)
                       AS listed
            FROM gaps g JOIN {pauses} p ON p.cid = g.cid AND p.opens < g.ends
             AND p.ends > g.begins GROUP BY g.cid, g.begins),
        net AS (
            SELECT g.*, coalesce(p.days, 0) AS paused, p.listed,
                   g.ends - g.begins - coalesce(p.days, 0) AS silent
            FROM gaps g LEFT JOIN paused p USING (cid, begins)),
        longest AS (SELECT * FROM net QUALIFY
            row_number() OVER (PARTITION BY cid ORDER BY silent DESC, begins DESC) = 1),
        final AS (SELECT cid, silent AS current, begins, eid FROM net WHERE last),
        source AS (
            SELECT e.eid, c.event, e.day, c.event || ' ' || strftime(e.day, '%Y-%m-%d') || ' ('
                   || s.file || '#' || s.row || ')' AS text
            FROM ev e JOIN code_names c ON c.code = e.code JOIN src s USING (eid)
            WHERE e.eid IN (SELECT eid FROM longest UNION SELECT next_eid FROM longest
                            UNION SELECT eid FROM final))
        SELECT o.case_no, o.court_code, o.handler, l.silent AS silent_days,
               l.begins AS silent_from, l.ends AS silent_until, f.current AS current_days,
               b.event AS last_substantive, f.begins AS last_substantive_on,
               l.paused AS paused_days, l.listed AS pauses,
               concat_ws('; ', s1.text, s2.text) AS evidence
        FROM open o JOIN longest l USING (cid) JOIN final f USING (cid)
        LEFT JOIN source s1 ON s1.eid = l.eid LEFT JOIN source s2 ON s2.eid = l.next_eid
        LEFT JOIN source b ON b.eid = f.eid
        ORDER BY o.court_code, o.case_no""").df()
