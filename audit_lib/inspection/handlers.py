"""A handler's other cases: their record, their earlier inspections, the load.

Small numbers are drawn towards the court's average, and a court's towards a fixed prior, so that
one bad case never marks a person and a court's scores do not depend on which other courts are
read beside it. A case's own state never enters its handler's measure.
"""

import numpy as np
import pandas as pd

from audit_lib.inspection.outcomes import label_cases
from audit_lib.inspection.settings import Risk

__all__ = ["add_handler_measures", "days_since_cleared"]


def add_handler_measures(cases: pd.DataFrame, past: pd.DataFrame, as_of, risk: Risk):
    """Add the measures that speak of a case's handler, and the case's own earlier issue.

    Parameters
    ----------
    cases : DataFrame, one row per case, with ``court_code``, ``handler``, ``population`` and the
        features that ``own_signal`` of the risk parameters names
    past : DataFrame, as ``read_outcomes`` gives for inspections before `as_of`
    as_of : date
    risk : Risk

    Returns
    -------
    DataFrame, the cases with ``handler_record`` (percent), ``handler_load`` (ratio),
        ``handler_inspected`` (percentage points) and ``earlier_issue`` (0 or 1)
    """
    out = cases.copy()
    known = out["handler"].notna().to_numpy()
    court = pd.factorize(out["court_code"])[0]
    name = pd.factorize(out["handler"])[0]
    person = pd.factorize(court.astype(np.int64) * (name.max(initial=0) + 2) + name)[0]
    out["handler_record"] = 0.0
    for population in ("open", "terminated"):
        rows = np.flatnonzero((out["population"] == population).to_numpy())
        own = _own_signal(out.iloc[rows], population, risk)
        record = _record(own, court[rows], person[rows], risk)
        out.loc[out.index[rows], "handler_record"] = np.where(known[rows], record, 0.0)
    out["handler_load"] = _load(out, person, known)
    out["handler_inspected"] = _inspected(out, past, person, known, risk)
    out["earlier_issue"] = _earlier(out, past, as_of, risk)
    return out


def days_since_cleared(cases: pd.DataFrame, past: pd.DataFrame, as_of, risk: Risk) -> np.ndarray:
    """Return the days since an inspection found nothing in a case, without end where none did.

    Only the last inspection of a case speaks; a dispute, a withdrawal or a contradiction does not.
    """
    days = np.full(len(cases), np.inf)
    for population in ("open", "terminated"):
        labels = label_cases(past, getattr(risk.outcomes, population)) if len(past) else past
        if labels.empty:
            continue
        labels = labels.sort_values(["case_no", "inspected_on"], na_position="first")
        labels = labels.drop_duplicates("case_no", keep="last")
        labels = labels[labels["label"] == 0].dropna(subset=["inspected_on"])
        place = pd.Index(labels["case_no"]).get_indexer(cases["case_no"])
        rows = np.flatnonzero((place >= 0) & (cases["population"] == population).to_numpy())
        seen = labels["inspected_on"].to_numpy()[place[rows]]
        days[rows] = (pd.Timestamp(as_of) - pd.DatetimeIndex(seen)).days
    return days


def _own_signal(cases, population, risk) -> np.ndarray:
    """Return each case's own signal in percent of the points possible."""
    card, names = risk.card[population], risk.own_signal[population]
    total = sum(card[name].points for name in names)
    points = sum(card[name].points * card[name].share(cases[name].to_numpy()) for name in names)
    return 100.0 * points / total


def _record(own, court, person, risk) -> np.ndarray:
    def others(group):
        size = np.bincount(group, minlength=group.max(initial=0) + 1)[group] - 1
        total = np.bincount(group, weights=own)[group] - own if len(group) else own
        return size, np.maximum(total, 0.0)

    prior = risk.handler
    size, total = others(court)
    average = (total + prior.cases_of_prior * prior.typical) / (size + prior.cases_of_prior)
    size, total = others(person)
    return (total + prior.cases_of_court * average) / (size + prior.cases_of_court)


def _load(out, person, known) -> np.ndarray:
    is_open = (out["population"] == "open").to_numpy()
    each = np.bincount(person[is_open & known], minlength=person.max(initial=-1) + 1)
    load = np.where(known, each[person] if len(person) else 0, np.nan).astype(float)
    people = pd.DataFrame({"court": out["court_code"], "person": person, "load": load})
    people = people[is_open & known].drop_duplicates("person")
    middle = people.groupby("court")["load"].median()
    ratio = load / out["court_code"].map(middle).to_numpy(dtype=float, na_value=np.nan)
    return np.nan_to_num(ratio)


def _inspected(out, past, person, known, risk) -> np.ndarray:
    """Return the handler's issue rate above expectation in earlier inspections of other cases.

    The expectation is the rate of the way of selection, moved by how much the inspector finds
    beside other inspectors, both drawn to the average: a harsh inspector marks nobody.
    """
    value = np.zeros(len(out))
    issues = sorted({*risk.outcomes.open, *risk.outcomes.terminated})
    if past.empty:
        return value
    labels = label_cases(past, issues).dropna(subset=["label"])
    place = pd.Index(out["case_no"]).get_indexer(labels["case_no"])
    labels = labels[place >= 0]
    place = place[place >= 0]
    if labels.empty:
        return value
    found = labels["label"].to_numpy()
    prior = risk.handler.inspections_of_prior
    expected = _drawn(found, np.full(len(found), found.mean()), labels["selected_as"], prior)
    expected = np.clip(_drawn(found, expected, labels["inspector"], prior), 0.0, 1.0)
    excess = found - expected
    count = person.max(initial=-1) + 1
    who = person[place]
    total = np.bincount(who, weights=excess, minlength=count)
    size = np.bincount(who, minlength=count).astype(float)
    own_total = np.bincount(place, weights=excess, minlength=len(out))
    own_size = np.bincount(place, minlength=len(out))
    value = 100.0 * (total[person] - own_total) / (size[person] - own_size + prior)
    return np.where(known, value, 0.0)


def _drawn(found, base, group, prior) -> np.ndarray:
    """Move `base` by each group's mean deviation, drawn to nothing by `prior` cases."""
    codes, names = pd.factorize(group, use_na_sentinel=False)
    gap = np.bincount(codes, weights=found - base, minlength=len(names))
    size = np.bincount(codes, minlength=len(names))
    return base + (gap / (size + prior))[codes]


def _earlier(out, past, as_of, risk) -> np.ndarray:
    """Return 1 for a case with an issue found earlier and not put right, less once it moved."""
    if past.empty:
        return np.zeros(len(out))
    issues = {*risk.outcomes.open, *risk.outcomes.terminated}
    found = past[(past["state"] == "found") & past["issue"].isin(issues)]
    left = found["rectified_on"].isna() | (found["rectified_on"] > pd.Timestamp(as_of))
    last = found[left].groupby("case_no")["inspected_on"].max()
    place = pd.Index(last.index).get_indexer(out["case_no"])
    seen = pd.Series(np.append(last.to_numpy("datetime64[us]"), np.datetime64("NaT"))[place])
    value = seen.notna().to_numpy(dtype=float)
    if "last" in out.columns:
        moved = out["last"].to_numpy("datetime64[us]") > seen.to_numpy()
        value[moved] = risk.handler.moved_since
    return value
