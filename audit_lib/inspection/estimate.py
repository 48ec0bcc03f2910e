"""What the draw says of a court: rates with exact bounds, lift, yield, sizes of the next round.

Design-based: the random arm alone speaks for the cases that are no must; the musts were all
looked at and are added as they are. The bounds hold whatever the cases are like.
"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.errors import AuditError
from audit_lib.inspection.obligations import need
from audit_lib.inspection.outcomes import ISSUES

__all__ = [
    "bound_count",
    "bound_rate",
    "estimate_rates",
    "measure_lift",
    "plan_sizes",
    "sample_size",
    "trace_yield",
]


def bound_rate(found: int, drawn: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided bounds of a rate (Clopper and Pearson).

    Parameters
    ----------
    found, drawn : whole numbers, 0 ≤ found ≤ drawn
    confidence : share of draws in which the bounds hold the rate, at least

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26, 404.

    Examples
    --------
    >>> [round(x, 4) for x in bound_rate(0, 20)]
    [0.0, 0.1684]
    >>> bound_rate(0, 0)
    (0.0, 1.0)
    """
    _check_counts(found, drawn)
    tail = (1 - confidence) / 2
    low = 0.0 if found == 0 else float(stats.beta.ppf(tail, found, drawn - found + 1))
    high = 1.0 if found == drawn else float(stats.beta.ppf(1 - tail, found + 1, drawn - found))
    return low, high


def bound_count(found: int, drawn: int, frame: int, confidence: float = 0.95) -> tuple[int, int]:
    """Return the exact two-sided bounds of the number of faulty cases among `frame`.

    Parameters
    ----------
    found : faulty cases drawn
    drawn : cases drawn without replacement
    frame : cases they were drawn from

    Returns
    -------
    (int, int)
        The least and the greatest number that the draw does not refute, each side at half of
        one less `confidence`, by the hypergeometric distribution.

    Examples
    --------
    >>> bound_count(0, 20, 100)
    (0, 15)
    >>> bound_count(3, 20, 20)
    (3, 3)
    """
    _check_counts(found, drawn)
    if frame < drawn:
        raise AuditError(f"`frame` is {frame}, less than the {drawn} drawn.")
    tail = (1 - confidence) / 2
    counts = np.arange(found, frame - (drawn - found) + 1)
    # The chance to find so many or more must not be too small, nor that of so many or fewer.
    many = stats.hypergeom.sf(found - 1, frame, counts, drawn)
    few = stats.hypergeom.cdf(found, frame, counts, drawn)
    held = counts[(many > tail) & (few > tail)]
    return int(held[0]), int(held[-1])


def _check_counts(found, drawn):
    if not 0 <= found <= drawn:
        raise AuditError(f"`found` is {found} and `drawn` is {drawn}: expected 0 ≤ found ≤ drawn.")


def sample_size(rate: float, confidence: float = 0.95, errors: int = 0, frame: int | None = None):
    """Return how many cases show that a rate lies below `rate` if at most `errors` are faulty.

    Parameters
    ----------
    rate : the rate to be excluded, above 0 and below 1
    confidence : one-sided
    errors : faulty cases allowed among those drawn
    frame : cases to draw from; without end where missing

    References
    ----------
    The tables of attribute sampling in auditing: no errors, 95 %, 5 % → 59; 3 % → 99.

    Examples
    --------
    >>> sample_size(0.05), sample_size(0.03), sample_size(0.05, errors=1)
    (59, 99, 93)
    >>> sample_size(0.05, frame=100)
    45
    """
    if not 0 < rate < 1 or not 0 < confidence < 1 or errors < 0:
        raise AuditError(
            f"rate {rate}, confidence {confidence}, errors {errors}: the first two lie between "
            "0 and 1, the last is 0 or more."
        )

    def missed(size):
        if frame is None:
            return stats.binom.cdf(errors, size, rate)
        return stats.hypergeom.cdf(errors, frame, math.ceil(rate * frame - 1e-9), size)

    low, high = errors, errors + 1
    while missed(high) > 1 - confidence:
        if frame is not None and high >= frame:
            return frame
        low, high = high, high * 2 if frame is None else min(high * 2, frame)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if missed(middle) > 1 - confidence else (low, middle)
    return high


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


def plan_sizes(
    frames: pd.DataFrame, width: float = 0.2, expected: float = 0.1, confidence: float = 0.95
) -> pd.DataFrame:
    """Plan how many cases the next round's random arm needs in each court.

    Parameters
    ----------
    frames : DataFrame, one row per court: ``court_code``, ``frame`` (cases to draw from)
    width : the bounds may lie this far apart at most
    expected : rate at which they are judged
    confidence : two-sided

    Returns
    -------
    DataFrame, one row per court: ``court_code``, ``frame``, ``size`` for bounds of that width,
        ``size_zero_5`` and ``size_zero_3``: how many without a fault exclude 5 % and 3 %

    Examples
    --------
    >>> plan_sizes(pd.DataFrame({"court_code": ["x"], "frame": [400]}))["size"].tolist()
    [40]
    """
    need(frames, "frames", ["court_code", "frame"])
    rows = []
    for row in frames.itertuples():
        frame = int(row.frame)

        def gap(size, frame=frame):
            size = int(size)
            low, high = bound_count(round(expected * size), size, frame, confidence)
            return (high - low) / frame - width

        size = frame
        if frame > 1 and gap(1) > 0 >= gap(frame):
            low, high = 1, frame
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if gap(middle) > 0 else (low, middle)
            size = high
        rows.append(
            {
                "court_code": row.court_code,
                "frame": frame,
                "size": size,
                "size_zero_5": sample_size(0.05, confidence, frame=frame) if frame else 0,
                "size_zero_3": sample_size(0.03, confidence, frame=frame) if frame else 0,
            }
        )
    return pd.DataFrame(rows)
