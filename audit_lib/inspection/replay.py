"""A draw checked by drawing again, and the answer to "why not this case?"."""

import math

import pandas as pd

from audit_lib.inspection.draw import Draw, select_cases
from audit_lib.inspection.roundfile import Round
from audit_lib.labels import Lang, label

__all__ = ["verify_draw", "why_not"]


def verify_draw(selected: pd.DataFrame, scores, round: Round, snapshot=None, **given) -> list[str]:
    """Draw again and say where a selection differs; an empty list is agreement.

    Returns
    -------
    list of text: case number and what differs
    """
    again = select_cases(scores, round, snapshot, **given)
    names = ["stratum", "probability", "frame", "seed", "score"]
    both = again.merge(selected, on="case_no", how="outer", suffixes=("", "_given"), indicator=True)
    faults = []
    for row in both.to_dict("records"):
        if row["_merge"] != "both":
            what = "not in the selection" if row["_merge"] == "left_only" else "not drawn"
            faults.append(f"{row['case_no']}: {what}")
            continue
        for name in names:
            here, there = row[name], row[f"{name}_given"]
            same = here == there if isinstance(here, str) else math.isclose(here, there)
            if not same:
                faults.append(f"{row['case_no']}: {name} {there}, drawn again {here}")
    return faults


def why_not(case_no: str, scores: pd.DataFrame, draw: Draw, lang: Lang = "zh") -> str:
    """Say why one case was or was not chosen.

    Returns
    -------
    text, one sentence
    """
    row = draw.selected[draw.selected["case_no"] == case_no]
    if len(row):
        first = row.iloc[0]
        values = {"score": first["score"], "rank": first["rank"], "p": first["probability"]}
        because = first["must_because"] if first["stratum"] == "must" else ""
        values |= {"because": because, "frame": first["frame"]}
        return label("inspection_why", f"chosen_{first['stratum']}", lang, **values)
    mine = scores[scores["case_no"] == case_no]
    if mine.empty:
        return label("inspection_why", "not_scored", lang)
    case = mine.iloc[0]
    court = draw.courts[draw.courts["court_code"] == case["court_code"]]
    values = {"score": case["score"], "rank": case["rank"]}
    if court.empty:
        return label("inspection_why", "court_not_in_round", lang, **values)
    if case_no in set(draw.rested["case_no"]):
        return label("inspection_why", "inspected_last_round", lang, **values)
    if case_no in set(draw.waiting["case_no"]):
        return label("inspection_why", "must_without_place", lang, **values)
    risk = draw.selected[
        (draw.selected["court_code"] == case["court_code"])
        & (draw.selected["stratum"] == "risk")
        & (draw.selected["population"] == case["population"])
    ]
    lowest = risk["score"].min() if len(risk) else math.nan
    values |= {"lowest": lowest, "frame": int(court["frame"].iloc[0])}
    values["n"] = int(court["random"].iloc[0])
    if len(risk) and case["score"] > lowest:
        return label("inspection_why", "handler_cap", lang, **values)
    if len(risk) and case["score"] == lowest:
        return label("inspection_why", "tie_by_lot", lang, **values)
    return label("inspection_why", "below" if len(risk) else "no_place", lang, **values)
