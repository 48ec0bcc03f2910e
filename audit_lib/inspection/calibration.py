"""From log-odds to a rate that can be read: calibrated on cases the model had not seen.

Two numbers (a slope and a shift) are fitted to out-of-sample log-odds; small samples keep the
slope near 1. The table of calibration says how far what was expected and what was found lie
apart.
"""

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

__all__ = ["fit_calibration", "table_calibration"]


def fit_calibration(odds, label, weight, pull: float = 5.0) -> tuple[float, float]:
    """Fit slope and shift of ``expit(slope * odds + shift)`` to what was found.

    Parameters
    ----------
    odds : array, log-odds for cases that the model was not fitted to
    label : array of 0 and 1
    weight : array, inverse of the probability to be inspected
    pull : strength of the pull of the slope towards 1

    Returns
    -------
    (slope, shift), the slope never below 0

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> odds = rng.normal(size=4000)
    >>> label = (rng.random(4000) < expit(0.5 * odds - 1)).astype(float)
    >>> slope, shift = fit_calibration(odds, label, np.ones(4000))
    >>> bool(abs(slope - 0.5) < 0.1), bool(abs(shift + 1) < 0.1)
    (True, True)
    """
    odds, label, weight = (np.asarray(a, dtype=float) for a in (odds, label, weight))

    def loss(at):
        here = at[0] * odds + at[1]
        gap = weight * (expit(here) - label)
        value = np.sum(weight * (np.logaddexp(0, here) - label * here))
        value += 0.5 * pull * (at[0] - 1) ** 2
        return value, np.array([gap @ odds + pull * (at[0] - 1), gap.sum()])

    done = minimize(loss, [1.0, 0.0], jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)])
    return float(done.x[0]), float(done.x[1])


def table_calibration(chance, label, weight, bins: int = 10) -> pd.DataFrame:
    """Compare what was expected with what was found, in groups of equal weight.

    Returns
    -------
    DataFrame, one row per group: ``cases``, ``expected`` rate, ``found`` rate, ``low`` and
        ``high`` (95 %, from the effective number of cases)
    """
    order = np.argsort(chance, kind="stable")
    chance, label, weight = (np.asarray(a, dtype=float)[order] for a in (chance, label, weight))
    if not len(chance):
        return pd.DataFrame(columns=["cases", "expected", "found", "low", "high"])
    middle = (np.cumsum(weight) - weight / 2) / weight.sum()
    group = np.minimum((middle * bins).astype(int), bins - 1)
    rows = []
    for number in range(bins):
        mine = group == number
        if mine.any():
            w = weight[mine]
            found = float(np.average(label[mine], weights=w))
            size = w.sum() ** 2 / np.square(w).sum()
            # Agresti and Coull: two more of each keep the bounds inside and honest.
            near = (found * size + 2) / (size + 4)
            half = 1.96 * np.sqrt(near * (1 - near) / (size + 4))
            expected = float(np.average(chance[mine], weights=w))
            rows.append(
                (int(mine.sum()), expected, found, max(near - half, 0.0), min(near + half, 1.0))
            )
    return pd.DataFrame(rows, columns=["cases", "expected", "found", "low", "high"])
