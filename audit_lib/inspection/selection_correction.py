"""How inspected cases came to be inspected, undone by inverse probabilities.

A case drawn at random with probability p stands for 1/p cases; a must and a case by risk stand
for themselves. Weights are cut at a multiple of their median, and what that leaves of the sample
is told (its effective size).
"""

import numpy as np
import pandas as pd

from audit_lib.inspection.obligations import need

__all__ = ["describe_weights", "weigh_inspections"]


def weigh_inspections(labels: pd.DataFrame, cap: float) -> pd.Series:
    """Return the weight of each inspected case, its mean 1.

    Parameters
    ----------
    labels : DataFrame, one row per inspected case: ``selected_as``, ``probability``
        A case without a recorded way or probability weighs like the median case at random, or
        one where there is none: nothing better is known of it.
    cap : float
        No weight is above this multiple of the median.

    Examples
    --------
    >>> labels = pd.DataFrame({"selected_as": ["risk", "random", "random", "must"],
    ...                        "probability": [1.0, 0.25, 0.125, 1.0]})
    >>> weigh_inspections(labels, cap=8).round(2).tolist()
    [0.29, 1.14, 2.29, 0.29]
    """
    need(labels, "labels", ["selected_as", "probability"])
    chance = pd.to_numeric(labels["probability"]).to_numpy(dtype=float, na_value=np.nan)
    chance = np.where((chance > 0) & (chance <= 1), chance, np.nan)
    arm = labels["selected_as"].astype(object).to_numpy()
    weight = np.where(np.isin(arm, ["must", "risk"]), 1.0, 1.0 / chance)
    random = weight[(arm == "random") & ~np.isnan(weight)]
    weight = np.where(np.isnan(weight), np.median(random) if len(random) else 1.0, weight)
    if len(weight):
        weight = np.minimum(weight, cap * np.median(weight))
        weight = weight / weight.mean()
    return pd.Series(weight, index=labels.index)


def describe_weights(labels: pd.DataFrame, weight: pd.Series) -> dict:
    """Tell what the weights rest on.

    Returns
    -------
    dict: ``cases``, ``effective`` (Kish: the size of an equally weighted sample that knows as
        much), ``by_way`` (must, risk, random, not recorded), ``without_probability``
    """
    arm = labels["selected_as"].astype(object)
    by_way = {way: int((arm == way).sum()) for way in ("must", "risk", "random")}
    total = float(np.square(weight).sum())
    return {
        "cases": len(labels),
        "effective": float(weight.sum() ** 2 / total) if total else 0.0,
        "by_way": by_way | {"not_recorded": len(labels) - sum(by_way.values())},
        "without_probability": int(labels["probability"].isna().sum()),
    }
