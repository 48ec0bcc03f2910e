"""The order of attention: a score with its reasons for every open case and closure by 终本.

Takes the features of a day and a weighing a population: the points card, or the trained model
where one is given and was found better. A score orders; it says nothing about guilt.
"""

import numpy as np
import pandas as pd

from audit_lib.inspection.card import card_weighing, score_points, tell_reasons
from audit_lib.inspection.features import build_features
from audit_lib.inspection.settings import Risk, load_risk
from audit_lib.labels import Lang

__all__ = ["explain_score", "score_cases", "score_features"]

POPULATIONS = ("open", "terminated")


def score_cases(
    snapshot,
    as_of,
    findings=None,
    claims=None,
    silence=None,
    categories=None,
    model=None,
    lang: Lang = "zh",
    risk: Risk | None = None,
) -> pd.DataFrame:
    """Score every open case and every closure by 终本 as of a day.

    Parameters
    ----------
    snapshot : Snapshot
    as_of : date
        Nothing later is seen, nor anything keyed in later.
    findings, claims, silence, categories : DataFrames, optional
        What the other rooms gave for the day; computed where not given.
    model : RiskModel, optional
        A trained model (see ``load_model``). The points card is used where none is given, and
        for a population in which the model was not found better.
    lang : {"zh", "en"}
        Language of the reasons.

    Returns
    -------
    DataFrame, one row per case, sorted by court, population, rank and number
        ``case_no``, ``court_code``, ``handler``, ``population`` (open, terminated), ``score`` 0
        to 100, ``rank`` in its court and population (equal scores share a rank), ``reasons`` (the
        contributions, largest first; they add up to the score), ``scored_by`` (card or model).
    """
    risk = risk or load_risk()
    features = build_features(snapshot, as_of, findings, claims, silence, categories, risk)
    return score_features(features, model, lang, risk)


def score_features(features, model=None, lang: Lang = "zh", risk: Risk | None = None):
    """Score features that were built before; see :func:`score_cases`."""
    risk = risk or load_risk()
    titles = risk.titles(lang)
    out = features[["case_no", "court_code", "handler", "population"]].copy()
    score = np.zeros(len(out))
    reasons = np.full(len(out), "", dtype=object)
    scored_by = np.full(len(out), "card", dtype=object)
    for population in POPULATIONS:
        rows = np.flatnonzero((features["population"] == population).to_numpy())
        weighing = model.weighing(population) if model is not None else None
        if weighing is not None:
            scored_by[rows] = "model"
        weighing = weighing or card_weighing(population, risk)
        # In slices, so that a national record needs no large blocks of numbers at once.
        for start in range(0, len(rows), 200_000):
            part = rows[start : start + 200_000]
            tenths = weighing.tenths(features.iloc[part])
            score[part] = score_points(tenths)
            reasons[part] = tell_reasons(tenths, [titles[name] for name in weighing.points])
    out["score"] = score
    ranks = out.groupby(["court_code", "population"])["score"].rank(method="min", ascending=False)
    out["rank"] = ranks.astype("int64")
    out["reasons"] = pd.Series(reasons, index=out.index, dtype="str")
    out["scored_by"] = pd.Series(scored_by, index=out.index, dtype="str")
    keys = ["court_code", "population", "rank", "case_no"]
    return out.sort_values(keys, ignore_index=True)


def explain_score(
    features, case_no: str, model=None, lang: Lang = "zh", risk: Risk | None = None
) -> pd.DataFrame:
    """Lay one case's score open: each measure, its unit, its source, and its points.

    Parameters
    ----------
    features : DataFrame, as ``build_features`` gives
    case_no : text

    Returns
    -------
    DataFrame, one row per feature, most points first: ``feature``, ``title``, ``measure``,
        ``unit``, ``points``, ``points_possible``, ``meaning``, ``source``. ``points`` add up to
        the score.
    """
    risk = risk or load_risk()
    row = features[features["case_no"] == case_no]
    if row.empty:
        return pd.DataFrame(
            columns=["feature", "title", "measure", "unit", "points", "points_possible"]
        )
    population = row["population"].iloc[0]
    weighing = model.weighing(population) if model is not None else None
    weighing = weighing or card_weighing(population, risk)
    tenths = weighing.tenths(row)[0]
    rows = [
        {
            "feature": name,
            "title": getattr(risk.features[name].title, lang),
            "measure": float(row[name].iloc[0]),
            "unit": risk.features[name].unit,
            "points": tenths[number] / 10.0,
            "points_possible": float(possible),
            "meaning": getattr(risk.features[name].meaning, lang),
            "source": risk.features[name].source,
        }
        for number, (name, possible) in enumerate(weighing.points.items())
    ]
    table = pd.DataFrame(rows)
    return table.sort_values(["points", "feature"], ascending=[False, True], ignore_index=True)
