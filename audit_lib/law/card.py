"""The rectification card of a court (六个到位), and the terms that will end soon.

The card counts obligations, not people: per duty the share in time, late, outstanding and
unknown. Terms are read from the record's own ``until`` days.
"""

from datetime import date, timedelta

import pandas as pd

from audit_lib.law.check import count_outcomes
from audit_lib.law.court_log import batches, connect, open_court_log
from audit_lib.law.loading import load_pack
from audit_lib.law.log import Log, quote
from audit_lib.law.suspicion import load_reliability

__all__ = ["DUTIES", "build_card", "build_trend", "forecast_terms"]

DUTIES = ("property", "process", "sanction", "remedy", "explanation", "conduct")
_STATES = {
    "met": "met",
    "late": "late",
    "overdue": "outstanding",
    "breached": "outstanding",
    "unknown": "unknown",
}


def build_card(findings: pd.DataFrame, earlier: pd.DataFrame | None = None) -> pd.DataFrame:
    """Sum a court's obligations by duty.

    Parameters
    ----------
    findings : DataFrame, all outcomes of ``check_snapshot(everything=True)``, or their counts
        as of :func:`audit_lib.law.count_outcomes`
    earlier : the same of an earlier day, for the trend, or None

    Returns
    -------
    DataFrame, one row a court and duty (all six)
        ``met``, ``late``, ``outstanding`` (overdue or breached), ``unknown``: counts of
        obligations whose time has come; ``due`` their sum without unknown; ``share_met``,
        ``share_late``, ``share_outstanding`` of ``due`` and ``share_unknown`` of all, 0–1,
        missing where nothing was due; ``change`` of ``share_met`` since `earlier`.

    References
    ----------
    泰中法办〔2016〕35号, 一(二): the six duties.

    Examples
    --------
    >>> rows = pd.DataFrame({"court_code": ["鲁0902"] * 4, "duty": ["process"] * 4,
    ...                      "outcome": ["met", "met", "late", "running"]})
    >>> card = build_card(rows)
    >>> card.loc[card.duty == "process", ["due", "share_met"]].values.tolist()
    [[3.0, 0.6666666666666666]]
    """
    counted = findings.assign(state=findings["outcome"].map(_STATES)).dropna(subset=["state"])
    if "n" not in counted:
        counted = counted.assign(n=1)
    table = counted.groupby(["court_code", "duty", "state"])["n"].sum().unstack(fill_value=0)
    courts = sorted(findings["court_code"].dropna().unique())
    index = pd.MultiIndex.from_product([courts, DUTIES], names=["court_code", "duty"])
    table = table.reindex(index=index, columns=["met", "late", "outstanding", "unknown"])
    table = table.fillna(0).astype("int64")
    table["due"] = table["met"] + table["late"] + table["outstanding"]
    due = table["due"].where(table["due"] > 0)
    for state in ("met", "late", "outstanding"):
        table[f"share_{state}"] = table[state] / due
    both = table["due"] + table["unknown"]
    table["share_unknown"] = table["unknown"] / both.where(both > 0)
    table["change"] = float("nan")
    if earlier is not None:
        before = build_card(earlier).set_index(["court_code", "duty"])["share_met"]
        table["change"] = table["share_met"] - before.reindex(table.index)
    return table.reset_index()


def build_trend(snapshot, as_of: date, findings: pd.DataFrame | None = None) -> pd.DataFrame:
    """Make the card as of earlier days too, from the record as it is held today.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Audit day.
    findings : DataFrame, all outcomes of `as_of`, or None
        Where they are at hand they need not be judged again; duties that hang on petitions,
        categories and returns are left out, since the earlier days do not have them.

    Returns
    -------
    DataFrame, one row a day, court and duty
        ``as_of`` (the audit day and each of ``trend.days_back`` before it) and the columns of
        :func:`build_card`; ``change`` since the day before it in the table.

    Notes
    -----
    What the record says today of an earlier day is not what it said then: entries may have been
    added since. The difference of two snapshots is :func:`audit_lib.record.compare_snapshots`.
    """
    back = sorted({0, *load_reliability().trend.days_back}, reverse=True)
    parts, before = [], None
    for days in back:
        day = as_of - timedelta(days=days)
        if days or findings is None:
            counts = count_outcomes(snapshot, day)
        else:
            counts = findings[findings["rule"].isin(load_pack().from_record())]
        card = build_card(counts, before)
        card.insert(0, "as_of", pd.Timestamp(day))
        parts.append(card)
        before = counts
    rows = pd.concat(parts, ignore_index=True)
    rows["as_of"] = rows["as_of"].astype("datetime64[us]")
    return rows.sort_values(["court_code", "as_of"], kind="stable", ignore_index=True)


def forecast_terms(snapshot, as_of: date) -> pd.DataFrame:
    """List the terms of seizures, listings, sanctions and extensions that end soon.

    Returns
    -------
    DataFrame, one row a term that still runs
        ``case_no``, ``court_code``, ``handler``, ``event``, ``subject`` (asset or party),
        ``ends_on`` (last day of the term), ``days_left`` (calendar days), ``within`` (30, 60
        or 90), ``evidence``.

    Notes
    -----
    A term that was renewed, or whose object was released or sold, is left out.
    """
    settings, pack, parts = load_reliability().forecast, load_pack(), []
    con = connect()
    try:
        for courts in batches(snapshot):
            log = open_court_log(con, snapshot, courts, pack, as_of)
            parts.append(_terms(log, settings))
    finally:
        con.close()
    rows = pd.concat(parts, ignore_index=True)
    rows["ends_on"] = rows["ends_on"].astype("datetime64[us]")
    rows["days_left"] = rows["days_left"].astype("Int64")
    steps = sorted(settings.days)
    rows["within"] = [next(s for s in steps if left <= s) for left in rows["days_left"]]
    rows["within"] = rows["within"].astype("Int64")
    return rows.sort_values(["court_code", "ends_on", "case_no", "subject"], ignore_index=True)


def _terms(log: Log, settings) -> pd.DataFrame:
    last = log.as_of + timedelta(days=max(settings.days))
    return log.con.execute(f"""
        SELECT u.case_no, u.court_code, u.handler, c.event, coalesce(e.asset, e.party) AS subject,
               e.until_day AS ends_on, e.until_day - {quote(log.as_of)} AS days_left,
               c.event || ' ' || strftime(e.day, '%Y-%m-%d') || ' (' || s.file || '#' || s.row
                   || ')' AS evidence
        FROM ev e JOIN units u USING (cid) JOIN code_names c ON c.code = e.code
        JOIN src s ON s.eid = e.eid
        WHERE e.code IN {log.codes(settings.events)}
          AND e.until_day BETWEEN {quote(log.as_of)} AND {quote(last)}
          AND coalesce(u.manner, '') NOT IN ('completed', 'cancelled')
          AND NOT EXISTS (SELECT 1 FROM ev n WHERE n.cid = e.cid AND n.eid <> e.eid
              AND n.day >= e.day AND n.code IN {log.codes(settings.ended_by)}
              AND coalesce(n.asset, n.party, '') = coalesce(e.asset, e.party, ''))""").df()
