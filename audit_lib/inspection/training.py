"""Learning from inspections: fit, judge on later rounds, and decide between card and model.

Takes a snapshot with inspections of earlier rounds. Each round's cases are measured as of the day
before its first inspection, so that nothing later is learned from. The rule of the decision: on
cases that the model was not fitted to (later rounds; with one round only, other handlers), the
model's concordance with what was found must exceed the card's by more than ``margin`` at
``confidence``, resampling whole handlers. Otherwise, and with few or one-sided labels, the points
card stays, and the model's card says why.
"""

import datetime
from collections.abc import Callable

import numpy as np
import pandas as pd

from audit_lib.inspection.additive import AdditiveLogistic
from audit_lib.inspection.calibration import fit_calibration, table_calibration
from audit_lib.inspection.card import card_weighing, score_points
from audit_lib.inspection.evaluate import compare_orders, concordance, resample_groups
from audit_lib.inspection.features import build_features
from audit_lib.inspection.model import Part, RiskModel
from audit_lib.inspection.outcomes import label_cases, read_outcomes
from audit_lib.inspection.selection_correction import describe_weights, weigh_inspections
from audit_lib.inspection.settings import ModelSettings, Risk, load_risk

__all__ = ["collect_labels", "fit_model", "train_model"]

LIMITS = (
    "The labels say what inspectors wrote down, not what is true of a case.",
    "Cases by risk and musts are over-represented; weights undo this only as far as the recorded "
    "probabilities are right.",
    "A score is an order of attention within a court, not a likelihood of guilt.",
)


def train_model(
    snapshot, before: datetime.date | None = None, risk: Risk | None = None, features_of=None
) -> RiskModel:
    """Fit the risk model on inspections made before a day.

    Parameters
    ----------
    snapshot : Snapshot
    before : date, optional
        Inspections of that day and later are not seen; the day after the snapshot's where not
        given.
    risk : Risk, optional
    features_of : function of a day, optional
        Gives the features as of a day where they were built before.

    Returns
    -------
    RiskModel
        Its ``card`` says for each population what was learned and whether it is used.
    """
    risk = risk or load_risk()
    before = before or snapshot.day + datetime.timedelta(days=1)
    labels = collect_labels(snapshot, before, risk, features_of)
    return fit_model(labels, before, risk, passed_over(snapshot.inspections, before))


def passed_over(inspections: pd.DataFrame, before) -> dict[str, int]:
    """Count the inspections that cannot be learned from: of the day or later, or without a day.

    Examples
    --------
    >>> rows = pd.DataFrame({"inspected_on": pd.to_datetime(["2016-10-01", "2017-01-09", None])})
    >>> passed_over(rows, datetime.date(2016, 12, 28))
    {'later': 1, 'without_day': 1}
    """
    days = pd.to_datetime(inspections["inspected_on"])
    return {
        "later": int((days >= pd.Timestamp(before)).sum()),
        "without_day": int(days.isna().sum()),
    }


def collect_labels(
    snapshot, before, risk: Risk, features_of: Callable[[datetime.date], pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Join what inspectors found with what was known of the cases before they came.

    Returns
    -------
    DataFrame, one row per inspected case and round
        ``label`` 0, 1 or missing with ``why``; ``round``, ``known_on`` (day of the features),
        ``inspector``, ``selected_as``, ``probability``, and the features.
    """
    features_of = features_of or (lambda day: build_features(snapshot, day, risk=risk))
    past = read_outcomes(snapshot.inspections, before=before)
    parts = []
    for name, mine in past.groupby("round", sort=True):
        day = mine["inspected_on"].min().date() - datetime.timedelta(days=1)
        cases = features_of(day)
        cases = cases[cases["case_no"].isin(mine["case_no"].unique())]
        for population in ("open", "terminated"):
            issues = getattr(risk.outcomes, population)
            labels = label_cases(mine, issues).drop(columns="court_code")
            here = cases[cases["population"] == population]
            parts.append(here.merge(labels, on="case_no").assign(round=name, known_on=day))
    if not parts:
        return pd.DataFrame(columns=["case_no", "population", "label", "why", "round"])
    out = pd.concat(parts, ignore_index=True)
    return out.sort_values(["known_on", "round", "population", "case_no"], ignore_index=True)


def fit_model(
    labels: pd.DataFrame, before, risk: Risk | None = None, passed: dict | None = None
) -> RiskModel:
    """Fit and judge the model of each population; see :func:`train_model`.

    Parameters
    ----------
    labels : DataFrame, as :func:`collect_labels` gives
    before : date, written on the model's card
    passed : dict, optional
        What :func:`passed_over` counted; written on the model's card.
    """
    risk = risk or load_risk()
    parts, told = {}, {}
    for population in ("open", "terminated"):
        mine = labels[labels["population"] == population].reset_index(drop=True)
        parts[population], told[population] = _fit_population(mine, population, risk)
    card = {
        "kind": "additive logistic, slopes of 0 or more, pulled towards the points card",
        "trained_before": str(before),
        "passed_over": passed or {},
        "populations": told,
        "rule": (
            f"used where its concordance out of sample exceeds the card's by more than "
            f"{risk.model.margin} at {risk.model.confidence:.0%}, resampling handlers "
            f"{risk.model.resamples} times"
        ),
        "limits": list(LIMITS),
    }
    return RiskModel(parts, card)


def _fit_population(labels, population, risk: Risk):
    card = risk.card[population]
    names = list(card)
    known = labels.dropna(subset=["label"]).reset_index(drop=True) if len(labels) else labels
    told = {
        "inspected": len(labels),
        "labels": len(known),
        "found": int(known["label"].sum()) if len(known) else 0,
        "without_label": labels["why"].value_counts().to_dict() if len(labels) else {},
        "rounds": sorted(known["round"].unique().tolist()) if len(known) else [],
        "inspectors": int(known["inspector"].nunique()) if len(known) else 0,
    }
    nothing = Part(names, dict(card), None, (1.0, 0.0), used=False)
    refused = _too_little(told, risk.model)
    if refused:
        return nothing, told | {"used": False, "code": refused[0], "because": refused[1]}
    weight = weigh_inspections(known, risk.model.weight_cap)
    X = nothing.shares(known)
    prior = np.array([card[name].points for name in names], dtype=float) / 100.0
    data = (X, known["label"].to_numpy(dtype=float), weight.to_numpy(), known)
    blocks = _later_rounds(known, risk.model) or _other_handlers(known, risk.model)
    odds, tested = _out_of_sample(data, blocks, prior, risk.model)
    points = score_points(card_weighing(population, risk).tenths(known))
    told |= _judge(known, data, odds, tested, points, risk.model)
    told["tested_on"] = "later rounds" if _later_rounds(known, risk.model) else "other handlers"
    told["weights"] = describe_weights(known, weight)
    pull = _choose_pull(data, np.arange(len(known)), prior, risk.model)
    estimator = _fit(data, np.arange(len(known)), prior, pull, risk.model)
    part = Part(names, dict(card), estimator, tuple(told["calibration"]), told["used"])
    weighing = part.weighing()
    if weighing is None:
        told |= {"used": False, "code": "nothing_rose"}
        told["because"] = "no feature rose with what was found; the points card is used"
        part = nothing
    else:
        told["points"] = {n: round(p, 2) for n, p in weighing.points.items()}
    told |= {"pull": pull, "inspector_effects": _rounded(estimator.group_effects_)}
    if told["inspectors"] < 2:
        told["inspector_note"] = "one inspector: the inspector's habit cannot be told from the rest"
    return part, told


def _rounded(effects):
    return {name: round(value, 3) for name, value in effects.items()}


def _too_little(told, settings: ModelSettings) -> tuple[str, str] | None:
    found, clean = told["found"], told["labels"] - told["found"]
    if not told["labels"]:
        return "no_labels", "no inspection before the day gives a label: the points card is used"
    if not found or not clean:
        because = "every label is the same: nothing can be learned; the points card is used"
        return "one_class", because
    if told["labels"] < settings.least_labels or min(found, clean) < settings.least_of_each_class:
        return "few_labels", (
            f"{told['labels']} labels, {found} with an issue and {clean} without: fewer than "
            f"{settings.least_labels} in all or {settings.least_of_each_class} of each; the points "
            "card is used"
        )
    return None


def _fit(data, rows, prior, pull, settings):
    X, label, weight, known = data
    model = AdditiveLogistic(
        pull=float(pull), group_pull=settings.inspector_pull, prior=prior.tolist(), rising=True
    )
    who = known["inspector"].astype(object).where(known["inspector"].notna(), None).to_numpy()
    return model.fit(X[rows], label[rows].astype(int), weight[rows], groups=who[rows])


def _both_classes(label) -> bool:
    return 0 < label.sum() < len(label)


def _later_rounds(known, settings):
    """Return (earlier rows, rows of the next round) pairs, as far as there is enough to learn."""
    days = known.groupby("round")["known_on"].min().sort_values(kind="stable")
    pairs = []
    for place in range(1, len(days)):
        earlier = np.flatnonzero(known["round"].isin(days.index[:place]))
        here = np.flatnonzero(known["round"] == days.index[place])
        enough = len(earlier) >= settings.least_labels
        if enough and _both_classes(known["label"].to_numpy()[earlier]) and len(here):
            pairs.append((earlier, here))
    tested = np.concatenate([here for _, here in pairs]) if pairs else np.array([], dtype=int)
    labels = known["label"].to_numpy()[tested]
    least = settings.least_of_each_class
    return pairs if min(labels.sum(), len(labels) - labels.sum(), 10**9) >= least else []


def _other_handlers(known, settings, rows=None):
    """Return (rows, held-out rows) pairs so that no handler stands on both sides."""
    rows = np.arange(len(known)) if rows is None else rows
    person = known["court_code"].astype(str) + "|" + known["handler"].astype(str)
    codes, names = pd.factorize(person.iloc[rows], sort=True)
    order = np.random.default_rng(settings.seed).permutation(len(names))
    fold = order[codes] % settings.folds
    label = known["label"].to_numpy()
    pairs = []
    for number in range(settings.folds):
        fit, test = rows[fold != number], rows[fold == number]
        if len(test) and len(fit) and _both_classes(label[fit]):
            pairs.append((fit, test))
    return pairs


def _choose_pull(data, rows, prior, settings) -> float:
    """Choose the pull by the loss on handlers held out, among the rows given only."""
    _, label, weight, known = data
    pairs = _other_handlers(known, settings, rows)
    best = (np.inf, max(settings.pull))
    for pull in sorted(settings.pull, reverse=True):
        total = 0.0
        for fit, test in pairs:
            model = _fit(data, fit, prior, pull, settings)
            odds = model.decision_function(data[0][test])
            total += np.sum(weight[test] * (np.logaddexp(0, odds) - label[test] * odds))
        if pairs and total < best[0]:
            best = (total, pull)
    return float(best[1])


def _out_of_sample(data, pairs, prior, settings):
    odds = np.full(len(data[1]), np.nan)
    for fit, test in pairs:
        pull = _choose_pull(data, fit, prior, settings)
        odds[test] = _fit(data, fit, prior, pull, settings).decision_function(data[0][test])
    return odds, np.flatnonzero(~np.isnan(odds))


def _judge(known, data, odds, tested, points, settings: ModelSettings) -> dict:
    _, label, weight, _ = data
    if not len(tested) or not _both_classes(label[tested]):
        because = "no cases outside the fit to judge it on; the points card is used"
        untested = {"used": False, "code": "not_tested", "because": because}
        return untested | {"calibration": [1.0, 0.0]}
    label, weight, odds, points = label[tested], weight[tested], odds[tested], points[tested]
    mine = known.iloc[tested]
    groups = np.where(
        mine["handler"].notna(),
        mine["court_code"].astype(str) + "|" + mine["handler"].astype(str),
        None,
    )
    gains = np.array(
        [
            concordance(odds, label, weight * times) - concordance(points, label, weight * times)
            for times in resample_groups(groups, len(label), settings.resamples, settings.seed)
        ]
    )
    gains = gains[~np.isnan(gains)]
    low = float(np.quantile(gains, 1 - settings.confidence)) if len(gains) else -1.0
    used = low > settings.margin
    slope, shift = fit_calibration(odds, label, weight)
    chance = 1 / (1 + np.exp(-(slope * odds + shift)))
    orders = pd.DataFrame({"model": odds, "card": points})
    table = compare_orders(
        orders, label, weight, groups, 0.2, "model", settings.resamples, 0.9, settings.seed
    )
    return {
        "used": bool(used),
        "code": "better" if used else "not_better",
        "because": (
            "out of sample the model orders better than the card by more than noise"
            if used
            else "out of sample the model is not better than the card by more than noise; the "
            "points card is used"
        ),
        "tested_cases": len(tested),
        "tested_found": int(label.sum()),
        "concordance_model": round(concordance(odds, label, weight), 4),
        "concordance_card": round(concordance(points, label, weight), 4),
        "gain_low": round(low, 4),
        "at_a_fifth": table.round(4).to_dict("records"),
        "calibration": [round(slope, 6), round(shift, 6)],
        "calibration_table": table_calibration(chance, label, weight, 5)
        .round(4)
        .to_dict("records"),
    }
