"""Pace: when the backlog will be gone at the present rate, and whether as much comes in as goes.

Takes the spans of the categories, gives one row a court and category with an interval. Reads
the ``pace`` part of ``parameters/campaign.yaml``.
"""

import datetime
from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit_lib.campaign.categories import read_spans
from audit_lib.campaign.settings import CATEGORIES, load_campaign

__all__ = ["build_trend", "forecast_clearance"]

FORECAST_COLUMNS = [
    "court_code", "category", "open_old", "open", "window_from", "days", "cleared", "inflow",
    "closed", "per_week", "net_per_week", "clears_on", "clears_early", "clears_late", "target_on",
    "chance_by_target", "outlook",
]  # fmt: skip


def _days_to_clear(left: int, cleared: int, days: int, rng, settings) -> np.ndarray:
    """Draw how many days the rest will take, the rate itself being uncertain."""
    # Gamma posterior of the daily rate (Jeffreys), then the waiting time for `left` closings.
    rate = rng.gamma(cleared + 0.5, 1.0 / days, settings.draws)
    return rng.gamma(left, 1.0, settings.draws) / np.maximum(rate, 1e-12)


def forecast_clearance(
    snapshot, as_of: datetime.date, claims=None, marks=None, spans=None
) -> pd.DataFrame:
    """Forecast when the old cases are gone, with an interval, against the target.

    Parameters
    ----------
    snapshot, as_of, claims, marks, spans : as for :func:`audit_lib.campaign.build_progress`

    Returns
    -------
    DataFrame, one row a court and category
        ``open_old`` and ``open`` now · ``window_from``, ``days`` (length of the window that the
        rate is taken from), ``cleared`` (old cases that went in it), ``closed`` and ``inflow``
        (all) · ``per_week`` old cases a week · ``net_per_week`` closed less inflow: negative
        where more comes than goes · ``clears_on`` (median), ``clears_early`` and
        ``clears_late`` (the interval; missing where the end lies beyond ten years) ·
        ``chance_by_target`` (0–1) · ``outlook``: cleared, in_time, open_question, too_late,
        stands_still (nothing went in the window), too_short (the window has under a week),
        no_target (the notice does not bind the court; ``target_on`` is missing).

    Notes
    -----
    The rate is taken as steady over the window: a campaign often is not, and a forecast is no
    promise. The draws are seeded; the same record gives the same interval.
    """
    settings = load_campaign()
    pace = settings.pace
    if spans is None:
        spans = read_spans(snapshot, as_of, claims, marks)
    spans = spans[spans["on_closed_case"].ne("yes")]
    today, baseline = pd.Timestamp(as_of), pd.Timestamp(settings.baseline)
    first = max(baseline, today - pd.Timedelta(days=pace.window_days))
    days = max((today - first).days, 0)
    courts = sorted(set(snapshot.courts["court_code"].dropna()))
    groups = dict(list(spans.groupby(["court_code", "category"])))
    rows = []
    for number, court in enumerate(courts):
        for category in CATEGORIES:
            group = groups.get((court, category), spans.iloc[:0])
            opened, closed = group["opened_on"], group["closed_on"]
            live = (opened <= today) & ~(closed <= today)
            old = opened <= baseline
            gone = (closed > first) & (closed <= today)
            row = {
                "court_code": court, "category": category, "open_old": int((live & old).sum()),
                "open": int(live.sum()), "window_from": first, "days": days,
                "cleared": int((gone & old).sum()), "closed": int(gone.sum()),
                "inflow": int(((opened > first) & (opened <= today)).sum()),
                "target_on": pd.Timestamp(settings.targets[category].by)
                if settings.notice.binds(court) else pd.NaT,
            }  # fmt: skip
            seed = [pace.seed, number, CATEGORIES.index(category)]
            rows.append(row | _outlook(row, today, days, np.random.default_rng(seed), pace))
    table = pd.DataFrame(rows, columns=FORECAST_COLUMNS)
    for column in ("window_from", "clears_on", "clears_early", "clears_late", "target_on"):
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    return table


def _outlook(row, today, days, rng, pace) -> dict:
    weekly = {
        "per_week": round(7 * row["cleared"] / days, 2) if days else np.nan,
        "net_per_week": round(7 * (row["closed"] - row["inflow"]) / days, 2) if days else np.nan,
    }
    if row["open_old"] == 0:
        return weekly | {"outlook": "cleared", "chance_by_target": np.nan}
    if days < 7:
        return weekly | {"outlook": "too_short"}
    wait = _days_to_clear(row["open_old"], row["cleared"], days, rng, pace)
    tail = (1 - pace.level) / 2
    early, middle, late = np.quantile(wait, [tail, 0.5, 1 - tail])
    bound = pd.notna(row["target_on"])
    left = (row["target_on"] - today).days if bound else 0
    chance = float((wait <= left).mean()) if left > 0 else 0.0 if bound else np.nan
    if row["cleared"] == 0:
        outlook = "stands_still"
    elif not bound:
        outlook = "no_target"
    elif chance >= pace.level:
        outlook = "in_time"
    else:
        outlook = "too_late" if chance <= 1 - pace.level else "open_question"

    def day(value):
        return today + pd.Timedelta(days=int(np.ceil(value))) if value <= 3650 else pd.NaT

    dates = {"clears_early": day(early), "clears_late": day(late), "clears_on": day(middle)}
    if row["cleared"] == 0:
        dates = {"clears_early": day(early), "clears_late": pd.NaT, "clears_on": pd.NaT}
    return weekly | dates | {"chance_by_target": round(chance, 3), "outlook": outlook}


def build_trend(rounds: Mapping[datetime.date, pd.DataFrame]) -> pd.DataFrame:
    """Set the progress of several rounds side by side, to tell lasting work from a gust of wind.

    Parameters
    ----------
    rounds : day → output of ``build_progress`` on that day's snapshot

    Returns
    -------
    DataFrame, one row a court, category and round
        ``as_of``, ``open``, ``open_old``, ``closed``, ``inflow``, ``came_back``,
        ``returned_open``, ``promises_slipped``, ``items_missing``, ``target_state``; their
        change since the round before (``open_change``, ``closed_change``, ``inflow_change``);
        ``backlog_restated``: by how much the backlog of the baseline day differs from what the
        round before counted, although that day lies in the past; ``direction``: falling,
        steady, rising, or refilled (the old go, and as many new stand there).

    Examples
    --------
    >>> build_trend({}).empty
    True
    """
    shown = ["court_code", "category", "open", "open_old", "open_new", "closed", "inflow",
             "came_back", "backlog", "returned_open", "promises_slipped", "items_missing",
             "target_state"]  # fmt: skip
    added = ["open_change", "closed_change", "inflow_change", "backlog_restated", "direction"]
    if not rounds:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in ["as_of", *shown, *added]})
    frames = [table[shown].assign(as_of=pd.Timestamp(day)) for day, table in rounds.items()]
    trend = pd.concat(frames, ignore_index=True)
    trend = trend.sort_values(["court_code", "category", "as_of"], ignore_index=True)
    before = trend.groupby(["court_code", "category"])[
        ["open", "open_old", "closed", "inflow", "backlog"]
    ].shift()
    for column in ("open", "closed", "inflow"):
        trend[f"{column}_change"] = trend[column] - before[column]
    trend["backlog_restated"] = trend["backlog"] - before["backlog"]
    change = trend["open_change"].astype("Float64").fillna(0)
    direction = pd.Series("steady", index=trend.index, dtype=object)
    direction = direction.mask((change > 0).to_numpy(), "rising")
    direction = direction.mask((change < 0).to_numpy(), "falling")
    old_change = (trend["open_old"] - before["open_old"]).astype("Float64").fillna(0)
    refilled = (old_change < 0) & (change >= 0)
    direction = direction.mask(refilled.to_numpy(), "refilled")
    trend["direction"] = direction.mask(before["open"].isna().to_numpy())
    return trend[["as_of", *shown, *added]]
