"""The model under review: round after round, beside the card and simple orders.

Takes a snapshot with the inspections of several rounds; gives the tables that
``notebooks/model_review.ipynb`` shows. Each round is judged with what could be known before it.
"""

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.inspection.calibration import table_calibration
from audit_lib.inspection.evaluate import (
    compare_orders,
    days_earlier,
    overlap_lists,
    share_by_group,
    simple_orders,
)
from audit_lib.inspection.features import build_features
from audit_lib.inspection.model import RiskModel
from audit_lib.inspection.scoring import score_features
from audit_lib.inspection.selection_correction import weigh_inspections
from audit_lib.inspection.settings import Risk, load_risk
from audit_lib.inspection.training import collect_labels, fit_model

__all__ = ["Review", "review_model"]


@dataclass(frozen=True)
class Review:
    """What a review of the model shows.

    Attributes
    ----------
    model : RiskModel, fitted on all inspections before the day; its card says how
    labels : one row per inspected case and round, with its features
    rounds : one row per round and order: precision, recall, concordance, gain of the card over
        the order with bounds, days earlier; last all rounds together, each with its own budget
    by_score : groups of inspected cases from low to high score: mean score, rate found, bounds
    calibration : expected against found, of the model of open cases; empty without a model
    fairness : one row per group and kind of group: share among the highest fifth, rate found
    overlap : one row per pair of successive rounds: how far the inspected cases are the same
    decision : one row per population: which of card and model is used, and why
    """

    model: RiskModel
    labels: pd.DataFrame
    rounds: pd.DataFrame
    by_score: pd.DataFrame
    calibration: pd.DataFrame
    fairness: pd.DataFrame
    overlap: pd.DataFrame
    decision: pd.DataFrame


def review_model(
    snapshot, as_of: datetime.date, share: float = 0.2, risk: Risk | None = None
) -> Review:
    """Judge model, card and simple orders on the inspections made before a day.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
    share : the budget, as a share of the cases of a round
    risk : Risk, optional

    Returns
    -------
    Review
        With few or no inspections its tables are short or empty, and ``decision`` says why.
    """
    risk = risk or load_risk()
    built: dict[datetime.date, pd.DataFrame] = {}

    def features_of(day):
        if day not in built:
            built[day] = build_features(snapshot, day, risk=risk)
        return built[day]

    labels = collect_labels(snapshot, as_of, risk, features_of)
    model = fit_model(labels, as_of, risk)
    known = labels[labels["population"] == "open"].dropna(subset=["label"])
    told = model.card["populations"]
    decision = [
        {
            "population": name,
            "labels": told[name]["labels"],
            "found": told[name]["found"],
            "used": "model" if told[name]["used"] else "card",
            "because": told[name]["because"],
        }
        for name in told
    ]
    lists = {name: set(mine["case_no"]) for name, mine in labels.groupby("round", sort=True)}
    return Review(
        model=model,
        labels=labels,
        rounds=_judge_rounds(known, share, risk),
        by_score=_found_by_score(known, risk),
        calibration=pd.DataFrame(told["open"].get("calibration_table", [])),
        fairness=_fairness(known, model, share, risk),
        overlap=overlap_lists(lists),
        decision=pd.DataFrame(decision),
    )


def _points(features, model, risk) -> np.ndarray:
    scores = score_features(features.drop_duplicates("case_no"), model, risk=risk)
    return features["case_no"].map(scores.set_index("case_no")["score"]).to_numpy(dtype=float)


def _judge_rounds(known, share, risk) -> pd.DataFrame:
    """Judge each round with the model that the rounds before it would have given."""
    settings, parts, pooled = risk.model, [], []

    def compare(orders, label, weight, people, name):
        table = compare_orders(
            orders, label, weight, people, share, "card", settings.resamples, 0.9, settings.seed
        )
        table.insert(0, "round", name)
        table.insert(1, "cases", len(label))
        return table

    for day, mine in known.groupby("known_on", sort=True):
        mine = mine.reset_index(drop=True)
        orders = _orders(mine, known[known["known_on"] < day], day, risk)
        weight = weigh_inspections(mine, settings.weight_cap).to_numpy()
        label = mine["label"].to_numpy(dtype=float)
        people = (mine["court_code"] + mine["handler"].fillna("")).to_numpy()
        table = compare(orders, label, weight, people, mine["round"].iloc[0])
        when = mine["inspected_on"].to_numpy()
        table["days_earlier"] = [days_earlier(when, orders[n], label)[0] for n in table["order"]]
        parts.append(table)
        # Ranks within the round: rounds are then read together, each with its own budget.
        pooled.append((orders.rank(pct=True), label, weight, people))
    if not parts:
        return pd.DataFrame(columns=["round"])
    if len(pooled) > 1:
        orders = pd.concat([part[0] for part in pooled], ignore_index=True)
        # A model that a round could not have yet stands there as the card.
        for name in orders.columns[orders.isna().any()]:
            orders[name] = orders[name].fillna(orders["card"])
        rest = [np.concatenate([part[place] for part in pooled]) for place in (1, 2, 3)]
        parts.append(compare(orders, *rest, "all"))
    return pd.concat(parts, ignore_index=True)


def _orders(mine, earlier, day, risk) -> pd.DataFrame:
    """Return every order of one round's cases, by what could be known before it."""
    orders = pd.DataFrame({"card": _points(mine, None, risk)})
    learned = fit_model(earlier, day, risk).parts["open"]
    if learned.estimator is not None:
        orders["model"] = learned.estimator.decision_function(learned.shares(mine))
        effect = mine["inspector"].map(learned.estimator.group_effects_).fillna(0.0)
        orders["model, inspector known"] = orders["model"] + effect.to_numpy(dtype=float)
    return pd.concat([orders, simple_orders(mine)], axis=1)


def _found_by_score(known, risk) -> pd.DataFrame:
    """Show how often an issue was found among low and high scores of the card."""
    if known.empty:
        return pd.DataFrame(columns=["cases", "score", "found", "low", "high"])
    weight = weigh_inspections(known, risk.model.weight_cap)
    points = _points(known.reset_index(drop=True), None, risk)
    table = table_calibration(points, known["label"], weight, 5)
    return table.rename(columns={"expected": "score"})


def _fairness(known, model, share, risk) -> pd.DataFrame:
    """Show how the highest scores fall on courts, handlers, kinds of case, sizes of claim."""
    if known.empty:
        return pd.DataFrame(columns=["kind", "group"])
    score = pd.Series(_points(known, model, risk))
    high = score.rank(ascending=False, method="first").to_numpy() <= np.ceil(share * len(known))
    kind = known["case_no"].str.extract(r"(执[恢异复监保协他]?)")[0].fillna("?")
    size = pd.cut(known["claim_size"], [-1, 4, 5, 6, 99], labels=["<1e4", "<1e5", "<1e6", ">=1e6"])
    weight = weigh_inspections(known, risk.model.weight_cap).to_numpy()
    groups = {
        "court": known["court_code"],
        "handler": known["court_code"] + " " + known["handler"].fillna("?"),
        "case_kind": kind,
        "claim_size": size.astype(str),
    }
    parts = [
        share_by_group(high, group, known["label"], weight).assign(kind=name)
        for name, group in groups.items()
    ]
    out = pd.concat(parts, ignore_index=True)
    return out[["kind", "group", "cases", "chosen", "found", "found_of_chosen"]]
