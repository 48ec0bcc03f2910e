"""How good an order of inspection is: at the budget, with ties, beside simple ones, with bounds.

Works on inspected cases weighted back to all (or on all cases where the truth is known). Bounds
come from resampling whole handlers, because a handler's cases stand and fall together.
"""

from itertools import pairwise

import numpy as np
import pandas as pd

from audit_lib.errors import AuditError

__all__ = [
    "compare_orders",
    "concordance",
    "days_earlier",
    "overlap_lists",
    "precision_at",
    "share_by_group",
    "simple_orders",
]


def precision_at(score, label, weight, share: float) -> tuple[float, float]:
    """Return precision and recall among the highest `share` of the cases.

    Cases with equal scores at the edge count with the part of them that fits: the mean over all
    ways to break the tie.

    Examples
    --------
    >>> precision_at([3, 2, 2, 1], [1, 1, 0, 0], [1, 1, 1, 1], 0.5)
    (0.75, 0.75)
    """
    score, label, weight = (np.asarray(a, dtype=float) for a in (score, label, weight))
    total = weight.sum() * share
    levels, place = np.unique(-score, return_inverse=True)
    mass = np.bincount(place, weights=weight, minlength=len(levels))
    hits = np.bincount(place, weights=weight * label, minlength=len(levels))
    before = np.cumsum(mass) - mass
    part = np.clip((total - before) / np.where(mass > 0, mass, 1), 0, 1)
    caught = float((part * hits).sum())
    every = float((weight * label).sum())
    precision = caught / float(total) if total else float("nan")
    return precision, caught / every if every else float("nan")


def concordance(score, label, weight) -> float:
    """Return the chance that a faulty case stands above a faultless one, ties counting half.

    Examples
    --------
    >>> concordance([3, 2, 2, 1], [1, 1, 0, 0], [1, 1, 1, 1])
    0.875
    """
    score, label, weight = (np.asarray(a, dtype=float) for a in (score, label, weight))
    levels, place = np.unique(score, return_inverse=True)
    bad = np.bincount(place, weights=weight * label, minlength=len(levels))
    good = np.bincount(place, weights=weight * (1 - label), minlength=len(levels))
    pairs = bad.sum() * good.sum()
    below = np.cumsum(good) - good
    return float((bad * (below + good / 2)).sum() / pairs) if pairs else float("nan")


def compare_orders(
    orders: pd.DataFrame,
    label,
    weight=None,
    groups=None,
    share: float = 0.05,
    reference: str | None = None,
    resamples: int = 400,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare several orders of the same cases at a budget.

    Parameters
    ----------
    orders : DataFrame, one row per case, one column per order (higher is inspected first)
    label : array of 0 and 1
    weight : array, inverse of the probability to be inspected; 1 where not given
    groups : array of names, resampled as wholes (handlers); cases themselves where not given
    share : the budget's share of the cases
    reference : the order whose gains over each other are told; the first where not given
    resamples, confidence, seed : of the bootstrap

    Returns
    -------
    DataFrame, one row per order: ``order``, ``precision``, ``low``, ``high``, ``recall``,
        ``concordance``, ``gain`` (precision of the reference less this one's), ``gain_low``,
        ``gain_high``
    """
    label = np.asarray(label, dtype=float)
    weight = np.ones(len(label)) if weight is None else np.asarray(weight, dtype=float)
    names = list(orders.columns)
    reference = reference or names[0]
    if reference not in names:
        raise AuditError(f"`{reference}` is none of the orders: {', '.join(names)}.")
    values = {name: orders[name].to_numpy(dtype=float) for name in names}
    drawn = np.empty((resamples, len(names)))
    for number, times in enumerate(resample_groups(groups, len(label), resamples, seed)):
        now = weight * times
        drawn[number] = [precision_at(values[n], label, now, share)[0] for n in names]
    tail = (1 - confidence) / 2
    base = names.index(reference)
    rows = []
    for number, name in enumerate(names):
        precision, recall = precision_at(values[name], label, weight, share)
        low, high = np.nanquantile(drawn[:, number], [tail, 1 - tail])
        gains = drawn[:, base] - drawn[:, number]
        gain_low, gain_high = np.nanquantile(gains, [tail, 1 - tail])
        rows.append(
            {
                "order": name,
                "precision": precision,
                "low": low,
                "high": high,
                "recall": recall,
                "concordance": concordance(values[name], label, weight),
                "gain": precision_at(values[reference], label, weight, share)[0] - precision,
                "gain_low": gain_low,
                "gain_high": gain_high,
            }
        )
    return pd.DataFrame(rows)


def resample_groups(groups, size: int, resamples: int, seed: int):
    """Yield, for each resample, how many times each case counts; whole groups are drawn."""
    rng = np.random.default_rng(seed)
    codes = np.arange(size) if groups is None else pd.factorize(np.asarray(groups, object))[0]
    # A case without a group stands for itself.
    alone = codes < 0
    codes = np.where(alone, codes.max(initial=-1) + np.cumsum(alone), codes)
    count = int(codes.max(initial=-1)) + 1
    for _ in range(resamples):
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        yield times[codes].astype(float)


def simple_orders(features: pd.DataFrame, findings: pd.DataFrame | None = None, seed: int = 0):
    """Return the orders that a supervisor could use without any of this.

    Parameters
    ----------
    features : DataFrame, as ``build_features`` gives
    findings : DataFrame, as ``check_snapshot`` gives, optional
        The overdue count is taken from the features where it is not given.

    Returns
    -------
    DataFrame, one row per case: ``random``, ``oldest_first``, ``longest_silence`` (days since
        the last entry of any kind), ``net_silence`` (the law room's: since the last substantive
        act, pauses deducted), ``overdue_count``
    """
    out = pd.DataFrame(index=features.index)
    out["random"] = np.random.default_rng(seed).random(len(features))
    out["oldest_first"] = features["age"].fillna(0.0)
    out["longest_silence"] = features["entry_silence"]
    out["net_silence"] = features["net_silence" if "net_silence" in features else "silence"]
    if findings is not None:
        overdue = findings.loc[findings["outcome"] == "overdue", "case_no"].value_counts()
        out["overdue_count"] = features["case_no"].map(overdue).fillna(0.0).to_numpy(dtype=float)
    elif "overdue_count" in features:
        out["overdue_count"] = features["overdue_count"]
    return out


def days_earlier(days, score, label) -> tuple[float, float]:
    """Simulate the same inspections in the order of a score, on the same days as they were made.

    Parameters
    ----------
    days : array of dates on which the cases were inspected
    score : array, higher is inspected first; equal scores keep their order
    label : array of 0 and 1

    Returns
    -------
    (float, float)
        Mean days earlier that a fault is found, and the share of the faults found in the first
        half of the inspections.

    Examples
    --------
    >>> days = np.array(["2014-09-02", "2014-09-03", "2014-09-04", "2014-09-05"], "datetime64[D]")
    >>> days_earlier(days, [0, 0, 1, 0], [0, 0, 1, 0])
    (2.0, 1.0)
    """
    days = np.asarray(days, dtype="datetime64[D]")
    score, label = np.asarray(score, dtype=float), np.asarray(label) > 0
    order = np.argsort(-score, kind="stable")
    moved = np.empty_like(days)
    moved[order] = np.sort(days)
    gained = (days - moved).astype(int)[label]
    half = label[order[: len(days) // 2]].sum() / max(label.sum(), 1)
    return float(gained.mean()) if len(gained) else float("nan"), float(half)


def share_by_group(chosen, group, label=None, weight=None) -> pd.DataFrame:
    """Show how a choice falls on groups: courts, handlers, kinds of case, sizes of claim.

    Parameters
    ----------
    chosen : array of bool, the cases chosen
    group : array of names
    label : array of 0, 1 and missing, optional: what inspectors found
    weight : array, optional

    Returns
    -------
    DataFrame, one row per group: ``cases``, ``chosen`` share, ``found`` rate of the labelled
        cases, ``found_of_chosen`` rate of those chosen
    """
    frame = pd.DataFrame({"group": np.asarray(group, object), "chosen": np.asarray(chosen, bool)})
    frame["weight"] = 1.0 if weight is None else np.asarray(weight, dtype=float)
    frame["label"] = np.nan if label is None else np.asarray(label, dtype=float)
    rows = []
    for name, mine in frame.groupby("group", sort=True):
        known = mine.dropna(subset=["label"])
        taken = known[known["chosen"]]
        rows.append(
            {
                "group": name,
                "cases": len(mine),
                "chosen": float(np.average(mine["chosen"], weights=mine["weight"])),
                "found": _average(known),
                "found_of_chosen": _average(taken),
            }
        )
    return pd.DataFrame(rows, columns=["group", "cases", "chosen", "found", "found_of_chosen"])


def _average(frame) -> float:
    if frame.empty or frame["weight"].sum() == 0:
        return float("nan")
    return float(np.average(frame["label"], weights=frame["weight"]))


def overlap_lists(lists: dict[str, set]) -> pd.DataFrame:
    """Tell how far the lists of successive rounds are the same cases.

    Examples
    --------
    >>> overlap_lists({"2016-12": {"a", "b"}, "2017-01": {"b", "c"}})[["same", "share"]]
       same     share
    0     1  0.333333
    """
    names = list(lists)
    rows = []
    for first, second in pairwise(names):
        same, either = lists[first] & lists[second], lists[first] | lists[second]
        share = len(same) / len(either) if either else np.nan
        rows.append({"first": first, "second": second, "same": len(same), "share": share})
    return pd.DataFrame(rows, columns=["first", "second", "same", "share"])
