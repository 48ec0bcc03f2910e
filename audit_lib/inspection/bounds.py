"""Exact bounds of a rate and of a number of faulty cases, and the sample sizes they ask for.

They hold whatever the cases are like: nothing is assumed but that the draw was at random.
"""

import math

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.errors import AuditError
from audit_lib.inspection.obligations import need

__all__ = ["bound_count", "bound_rate", "plan_sizes", "sample_size"]


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
