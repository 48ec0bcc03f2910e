"""A guard against rules that fire on most of what they bind: rather a fault of ours than of all.

Takes the counts of outcomes that the engine gives, says which rules are suspect. A record that
keeps no such entries, a wrong trigger or a wrong number of days look alike here: a person reads
ten of the findings before any is believed. Reads ``parameters/law/reliability.yaml``.
"""

import pandas as pd

from audit_lib.law.suspicion import load_reliability

__all__ = ["find_suspect_rules"]

_FIRED = ("late", "overdue", "breached")
_DECIDED = (*_FIRED, "met")


def find_suspect_rules(counts: pd.DataFrame) -> pd.DataFrame:
    """List the rules that fire on most of the obligations whose time has come.

    Parameters
    ----------
    counts : DataFrame, one row a court, rule and outcome
        ``court_code``, ``rule``, ``outcome``, ``n``, as of :func:`audit_lib.law.count_outcomes`,
        or one row an obligation without ``n``.

    Returns
    -------
    DataFrame, one row a rule and court, and one a rule over all courts (``court_code`` missing)
        ``rule``, ``court_code``, ``fired`` and ``decided`` (obligations: late, overdue or
        breached; and with met), ``share`` 0–1. Unknown, running and exempt ones are not counted.

    Notes
    -----
    From how many obligations and which share on is ``suspect`` in ``reliability.yaml``.

    Examples
    --------
    >>> counts = pd.DataFrame({"court_code": "鲁0902", "rule": "exec_notice_10d",
    ...                        "outcome": ["met", "overdue"], "n": [4, 96]})
    >>> find_suspect_rules(counts)[["court_code", "fired", "decided", "share"]].values.tolist()
    [[nan, 96, 100, 0.96], ['鲁0902', 96, 100, 0.96]]
    """
    limits = load_reliability().suspect
    if "n" not in counts:
        counts = counts.assign(n=1)
    decided = counts[counts["outcome"].isin(_DECIDED)]
    decided = decided.assign(fired=decided["n"].where(decided["outcome"].isin(_FIRED), 0))
    parts = []
    for keys in (["rule"], ["rule", "court_code"]):
        sums = decided.groupby(keys, observed=True)[["fired", "n"]].sum().reset_index()
        parts.append(sums)
    found = pd.concat(parts, ignore_index=True).rename(columns={"n": "decided"})
    if "court_code" not in found:
        found["court_code"] = None
    found["court_code"] = found["court_code"].astype("str").where(found["court_code"].notna())
    found["share"] = found["fired"] / found["decided"].where(found["decided"] > 0)
    found = found[(found["decided"] >= limits.fewest) & (found["share"] >= limits.share)]
    columns = ["rule", "court_code", "fired", "decided", "share"]
    return found[columns].sort_values(
        ["rule", "court_code"], na_position="first", ignore_index=True
    )
