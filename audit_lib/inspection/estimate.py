"""What the draw says of a court: rates with exact bounds, lift, yield.

Design-based: the random arm alone speaks for the cases that are no must; the musts were all
looked at and are added as they are. The bounds hold whatever the cases are like.
"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.inspection.bounds import bound_count, bound_rate
from audit_lib.inspection.obligations import need
from audit_lib.inspection.outcomes import ISSUES

__all__ = ["estimate_rates", "measure_lift", "trace_yield"]


def estimate_rates(
    selected: pd.DataFrame, outcomes: pd.DataFrame, confidence: float = 0.95, issues=ISSUES
) -> pd.DataFrame:
    """Estimate each court's rate of each issue from what the inspectors found.

    Parameters
    ----------
    selected : DataFrame, as ``select_cases`` gives
    outcomes : DataFrame, as ``read_outcomes`` gives for the same round
    confidence : float, two-sided
    issues : issues to estimate

    Returns
    -------
    DataFrame, one row per court and issue
        ``cases`` (frame and musts), ``frame``, ``drawn``, ``answered`` (of the drawn, with a
        clear answer), ``found``, ``unclear`` (disputed, withdrawn, contradicted or not looked
        for), ``rate`` of the random arm, ``low`` and ``high`` its exact bounds within the frame,
        ``court_rate``, ``court_low``, ``court_high`` with the musts added, ``said``: ok,
        no_random_arm, not_inspected, unclear.

    Notes
    -----
    A drawn case without a clear answer widens the bounds: the low one takes it as faultless, the
    high one as faulty. An answer is never made up, and a case is never replaced by another.
    """
    need(selected, "select", ["case_no", "court_code", "stratum", "frame"])
    need(outcomes, "outcomes", ["case_no", "issue", "state"])
    rows = []
    for court, mine in selected.groupby("court_code", sort=True):
        random = mine[mine["stratum"] == "random"]
        must = mine[mine["stratum"] == "must"]
        frame = int(mine["frame"].iloc[0])
        for issue in issues:
            states = outcomes[outcomes["issue"] == issue].drop_duplicates("case_no", keep="last")
            states = states.set_index("case_no")["state"]
            rows.append(
                {"court_code": court, "issue": issue}
                | _court_rate(random, must, frame, states, confidence)
            )
    return pd.DataFrame(rows)


def _court_rate(random, must, frame, states, confidence) -> dict:
    drawn, sure = _answers(random, states), _answers(must, states)
    total = frame + len(must)
    row = {
        "cases": total,
        "frame": frame,
        "drawn": len(random),
        "answered": drawn["found"] + drawn["not_found"],
        "found": drawn["found"],
        "unclear": drawn["unclear"],
        "rate": math.nan,
        "low": math.nan,
        "high": math.nan,
        "court_rate": math.nan,
        "court_low": math.nan,
        "court_high": math.nan,
    }
    if not len(random):
        return row | {"said": "no_random_arm"}
    if not row["answered"]:
        return row | {"said": "not_inspected"}
    low, _ = bound_count(drawn["found"], len(random), frame, confidence)
    _, high = bound_count(drawn["found"] + drawn["unclear"], len(random), frame, confidence)
    rate = drawn["found"] / row["answered"]
    must_rate = sure["found"] / max(sure["found"] + sure["not_found"], 1)
    return row | {
        "rate": rate,
        "low": low / frame,
        "high": high / frame,
        "court_rate": (rate * frame + must_rate * len(must)) / total,
        "court_low": (low + sure["found"]) / total,
        "court_high": (high + sure["found"] + sure["unclear"]) / total,
        "said": "unclear" if drawn["unclear"] else "ok",
    }


def _answers(cases, states) -> dict[str, int]:
    seen = cases["case_no"].map(states)
    found, clear = int((seen == "found").sum()), int((seen == "not_found").sum())
    return {"found": found, "not_found": clear, "unclear": len(cases) - found - clear}


def measure_lift(labels: pd.DataFrame, confidence: float = 0.95) -> dict:
    """Measure how much better than chance the risk arm found its cases.

    Parameters
    ----------
    labels : DataFrame, one row per inspected case: ``selected_as``, ``label`` 0 or 1
    confidence : float

    Returns
    -------
    dict
        ``risk_found``, ``risk_cases``, ``random_found``, ``random_cases``, ``lift`` (ratio of the
        rates), ``low``, ``high`` its bounds, ``p_value`` one-sided (Fisher), ``said``: ok,
        no_risk_arm, no_random_arm, nothing_found_at_random (the ratio has no upper bound).

    Notes
    -----
    The bounds join the exact bounds of both rates, each at the root of `confidence`: together
    they hold at least as often as `confidence` says.

    Examples
    --------
    >>> labels = pd.DataFrame({"selected_as": ["risk"] * 20 + ["random"] * 40,
    ...                        "label": [1] * 12 + [0] * 8 + [1] * 4 + [0] * 36})
    >>> lift = measure_lift(labels)
    >>> round(lift["lift"], 2), round(lift["low"], 2), lift["p_value"] < 0.001
    (6.0, 1.29, True)
    """
    need(labels, "labels", ["selected_as", "label"])
    known = labels.dropna(subset=["label"])
    arms = {}
    for arm in ("risk", "random"):
        mine = known.loc[known["selected_as"] == arm, "label"]
        arms[arm] = (int(mine.sum()), len(mine))
    (a, n), (b, m) = arms["risk"], arms["random"]
    out = {"risk_found": a, "risk_cases": n, "random_found": b, "random_cases": m}
    empty = {"lift": math.nan, "low": 0.0, "high": math.inf, "p_value": 1.0}
    if not n or not m:
        return out | empty | {"said": "no_risk_arm" if not n else "no_random_arm"}
    each = math.sqrt(confidence)
    (risk_low, risk_high), (low, high) = bound_rate(a, n, each), bound_rate(b, m, each)
    p_value = float(stats.fisher_exact([[a, n - a], [b, m - b]], alternative="greater").pvalue)
    return out | {
        "lift": (a / n) / (b / m) if b else math.nan,
        "low": risk_low / high,
        "high": risk_high / low if low > 0 else math.inf,
        "p_value": p_value,
        "said": "ok" if b else "nothing_found_at_random",
    }


def trace_yield(
    scores: pd.DataFrame, labels: pd.DataFrame, depths, confidence: float = 0.9, seed: int = 0
) -> pd.DataFrame:
    """Estimate how many more an inspector would find, going on down the order.

    Parameters
    ----------
    scores : DataFrame, one row per case not yet inspected: ``case_no``, ``score``
    labels : DataFrame, one row per inspected case: ``score``, ``label`` 0 or 1, ``weight``
        (inverse of the probability to be inspected)
    depths : whole numbers, how many more cases
    confidence : of the bounds, by resampling the inspected cases
    seed : of the resampling

    Returns
    -------
    DataFrame, one row per depth: ``more`` cases, ``expected`` found, ``low``, ``high``,
        ``next_rate`` expected rate at that depth; empty where nothing was learned

    Notes
    -----
    The rate is a rising step function of the score (isotonic regression) fitted to the weighted
    inspections; where all scores are equal it is one rate for all.
    """
    from sklearn.isotonic import IsotonicRegression

    need(labels, "labels", ["score", "label", "weight"])
    known = labels.dropna(subset=["label"]).reset_index(drop=True)
    order = np.sort(scores["score"].to_numpy(dtype=float))[::-1]
    columns = ["more", "expected", "low", "high", "next_rate"]
    if known.empty or not len(order):
        return pd.DataFrame(columns=columns)
    depths = [int(d) for d in depths if 0 < d <= len(order)] or [len(order)]
    rng = np.random.default_rng(seed)

    def rates(rows):
        fit = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        fit.fit(known["score"].iloc[rows], known["label"].iloc[rows], known["weight"].iloc[rows])
        return fit.predict(order)

    best = rates(np.arange(len(known)))
    draws = [
        np.cumsum(rates(rng.integers(0, len(known), len(known))))[np.array(depths) - 1]
        for _ in range(200)
    ]
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    total = np.cumsum(best)
    rows = [
        (d, total[d - 1], min(lo, total[d - 1]), max(hi, total[d - 1]), best[d - 1])
        for d, lo, hi in zip(depths, low, high, strict=True)
    ]
    return pd.DataFrame(rows, columns=columns)
