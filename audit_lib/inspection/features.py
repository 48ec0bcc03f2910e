"""What is measured of each case as of a day, and nothing later.

Takes a snapshot and what other rooms say of it (findings of law, silence, petitions' claims,
categories); gives one row a case of two populations: open cases, and closures by 终本. What each
measure means, its unit and its source stand in ``parameters/risk.yaml`` under ``features``.
"""

import numpy as np
import pandas as pd

from audit_lib.inspection.entries import measure_entries
from audit_lib.inspection.handlers import add_handler_measures, days_since_cleared
from audit_lib.inspection.obligations import find_habits, need, weigh_claims, weigh_findings
from audit_lib.inspection.outcomes import read_outcomes
from audit_lib.inspection.settings import Risk, load_risk

__all__ = ["build_features", "list_populations"]

_CASE_COLUMNS = ("case_no", "court_code", "handler", "filed_on", "closed_on", "closing_manner")
_CASE_COLUMNS += ("claim_amount",)


def list_populations(cases: pd.DataFrame, as_of) -> pd.DataFrame:
    """List the cases that are scored as of a day.

    Parameters
    ----------
    cases : DataFrame, one row per case
    as_of : date
        A case filed later does not exist yet; one closed later is still open.

    Returns
    -------
    DataFrame, one row per case: ``case_no``, ``court_code``, ``handler``, ``population`` (open;
        terminated = closed by 终本), ``filed_on``, ``claim_amount``; sorted by court and number.

    Examples
    --------
    >>> cases = pd.DataFrame({
    ...     "case_no": ["a", "b", "c"], "court_code": ["x"] * 3, "handler": [None] * 3,
    ...     "filed_on": pd.to_datetime(["2016-01-04", "2016-01-04", "2017-01-04"]),
    ...     "closed_on": pd.to_datetime(["2016-06-01", None, None]), "claim_amount": [1.0] * 3,
    ...     "closing_manner": ["procedure_terminated", None, None]})
    >>> list_populations(cases, "2016-12-28")[["case_no", "population"]]
      case_no  population
    0       a  terminated
    1       b        open
    """
    need(cases, "cases", _CASE_COLUMNS)
    today = pd.Timestamp(as_of)
    there = ~(cases["filed_on"] > today)
    closed = cases["closed_on"] <= today
    ended = closed & (cases["closing_manner"] == "procedure_terminated").fillna(False)
    keep = (there & (~closed | ended)).to_numpy(dtype=bool)
    chosen = cases.loc[keep, ["case_no", "court_code", "handler", "filed_on", "claim_amount"]]
    chosen = chosen.assign(population=np.where(ended.to_numpy()[keep], "terminated", "open"))
    chosen = chosen.drop_duplicates("case_no").sort_values(["court_code", "case_no"])
    return chosen.reset_index(drop=True)


def build_features(
    snapshot,
    as_of,
    findings=None,
    claims=None,
    silence=None,
    categories=None,
    risk: Risk | None = None,
) -> pd.DataFrame:
    """Measure every scored case as of a day.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    findings, claims, silence, categories : DataFrames, optional
        What ``check_snapshot``, ``check_petitions``, ``measure_silence`` and
        ``categorise_cases`` gave for the same day. What is not given is computed on the record
        as it was known on that day: entries keyed in later are not seen.
    risk : Risk, optional
        ``parameters/risk.yaml`` where none is given.

    Returns
    -------
    DataFrame, one row per case of :func:`list_populations`
        ``case_no``, ``court_code``, ``handler``, ``population``, ``paused`` bool,
        ``entry_silence`` days since the last entry of any kind, ``net_silence`` days of the law
        room's silence, ``overdue_count`` overdue findings (no features, but orders to compare
        with), and one float
        column a feature of ``parameters/risk.yaml``, in the unit given there.

    Notes
    -----
    Undated columns (``marked_category``, ``note``, ``reply``, ``outcome``) are no features.
    """
    risk = risk or load_risk()
    given = {"findings": findings, "claims": claims, "silence": silence, "categories": categories}
    findings, claims, silence, categories = _complete(snapshot, as_of, **given)
    every = snapshot.read("cases", list(_CASE_COLUMNS))
    out = list_populations(every, as_of)
    cases = pd.Index(out["case_no"])
    silent = _silence_of(silence, cases)
    habits = find_habits(findings, every, out, as_of, risk)
    parts = [
        measure_entries(
            snapshot,
            as_of,
            cases.to_numpy(dtype=object),
            silent["last"].to_numpy(),
            risk,
            out["court_code"],
        ),
        weigh_findings(findings, cases, risk, habits),
        weigh_claims(_dated(claims, snapshot), cases, as_of, risk),
    ]
    out = pd.concat([out, silent, *parts], axis=1)
    out["age"] = (pd.Timestamp(as_of) - out.pop("filed_on")).dt.days.astype(float)
    amount = out.pop("claim_amount").to_numpy(dtype=float, na_value=np.nan)
    out["claim_size"] = np.log10(np.maximum(np.nan_to_num(amount, nan=1.0), 1.0))
    out["category"] = _in_category(categories, cases, risk.by_mark_only)
    past = read_outcomes(snapshot.inspections, before=as_of)
    out["net_silence"] = out["silence"]
    out = out.assign(**_idle_days(out, days_since_cleared(out, past, as_of, risk), as_of, risk))
    out = add_handler_measures(out, past, as_of, risk)
    out["entry_silence"] = out["entry_silence"].fillna(out["age"])
    overdue = findings.loc[findings["outcome"].eq("overdue"), "case_no"].value_counts()
    out["overdue_count"] = out["case_no"].map(overdue).fillna(0).to_numpy(dtype=float)
    first = ["case_no", "court_code", "handler", "population", "paused", "entry_silence"]
    first += ["net_silence", "overdue_count"]
    return out[[*first, *risk.features]]


def _silence_of(silence, cases) -> pd.DataFrame:
    """Return for each case the net days of silence now and at the longest, and its last act."""
    need(silence, "silence", ["case_no", "silent_days", "current_days", "last_substantive_on"])
    quiet = silence.drop_duplicates("case_no")
    place = pd.Index(quiet["case_no"]).get_indexer(cases)
    out = {}
    for name, column in (("silence", "current_days"), ("longest_silence", "silent_days")):
        days = np.append(quiet[column].to_numpy(dtype=float, na_value=np.nan), np.nan)
        out[name] = np.nan_to_num(days[place])
    last = pd.to_datetime(quiet["last_substantive_on"]).to_numpy(dtype="datetime64[us]")
    out["last"] = np.append(last, np.datetime64("NaT"))[place]
    return pd.DataFrame(out)


def _idle_days(cases, cleared, as_of, risk: Risk) -> dict[str, np.ndarray]:
    """Return silence and untouched property net of what explains them.

    Acts keyed in afterwards in a burst end no silence; a case that waits for others is as silent
    as when the wait began; one searched to the end is silent in part; what lies before an
    inspection that found nothing was looked at then.
    """
    is_open = (cases["population"] == "open").to_numpy()
    paused = cases["paused"].to_numpy(dtype=bool)
    waits = cases["waits_for"].to_numpy(dtype=float)
    kept = np.minimum(cases["kept_silence"].to_numpy(dtype=float), cases["age"].to_numpy())
    now = np.where(paused | np.isnan(kept), cases["silence"], kept)
    since_last = (pd.Timestamp(as_of) - cases["last"]).dt.days.to_numpy(dtype=float)
    before = np.nan_to_num(np.maximum(since_last - waits, 0.0), nan=np.inf)
    now = np.minimum(now, before)
    now = np.where(cases["searched"], now * risk.no_property.silence_counts, now)
    property_ = np.where(paused | ~np.isnan(waits), 0.0, cases["property_untouched"])
    # A closure is judged by what was known when it was made: no later pause excuses it.
    property_ = np.where(is_open, property_, cases["property_untouched"])
    longest = np.where(is_open, cases["longest_silence"], 0.0)
    return {
        "silence": np.minimum(np.where(is_open, now, 0.0), cleared),
        "longest_silence": np.minimum(longest, cleared),
        "property_untouched": np.minimum(np.maximum(property_, 0.0), cleared),
    }


def _complete(snapshot, as_of, findings, claims, silence, categories):
    """Compute what was not handed in, on the record as it was known on the day."""
    if all(table is not None for table in (findings, claims, silence, categories)):
        return findings, claims, silence, categories
    # Imported here: who hands every table in needs none of the engines behind them.
    from audit_lib.campaign import categorise_cases
    from audit_lib.inspection.known import record_as_known
    from audit_lib.law import check_snapshot, measure_silence
    from audit_lib.petitions import check_petitions

    with record_as_known(snapshot, as_of) as known:
        findings = check_snapshot(known, as_of) if findings is None else findings
        silence = measure_silence(known, as_of) if silence is None else silence
        claims = check_petitions(known, as_of, findings) if claims is None else claims
        categories = categorise_cases(known, as_of) if categories is None else categories
    return findings, claims, silence, categories


def _dated(claims, snapshot) -> pd.DataFrame:
    """Give each claim the day on which its petition was received, where it has none."""
    if "received_on" in claims.columns:
        return claims
    need(claims, "petitions", ["petition_id"])
    received = snapshot.petitions.drop_duplicates("petition_id").set_index("petition_id")
    return claims.assign(received_on=claims["petition_id"].map(received["received_on"]))


def _in_category(categories, cases, by_mark) -> np.ndarray:
    """Return 1.0 where cause, party or petition puts a case in a category, a mark alone not."""
    need(categories, "categories", ["case_no", "reason"])
    judged = categories[~categories["reason"].isin(list(by_mark))]
    return cases.isin(judged["case_no"].unique()).astype(float)
