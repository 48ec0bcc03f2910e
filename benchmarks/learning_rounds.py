"""The order beside simple ones, before any labels and after two rounds of inspections.

Repeat with::

    .venv/bin/python benchmarks/learning_rounds.py [CASES] [SEED]

Invents a record with the project's generator, with the hidden truth beside it. Three days are
scored: on the first two a round is drawn with ``select_cases`` and "inspected" (the truth, seen
through inspectors of different strictness who miss and mistake), and the third is judged against
the truth of all open cases: precision among the first 5 % with bounds from resampling handlers,
before any labels and after two rounds of them. Its gain over each simple order stands beside it.
"""

import datetime
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from audit_lib.campaign import categorise_cases
from audit_lib.inspection import (
    Round,
    build_features,
    compare_orders,
    load_risk,
    plan_draw,
    score_features,
    simple_orders,
)
from audit_lib.inspection.training import collect_labels, fit_model
from audit_lib.law import check_snapshot, measure_silence
from audit_lib.petitions import check_petitions
from audit_lib.record import ingest_sources, open_snapshot, parse_case_no
from audit_lib.record.sample import make_sample

DAYS = [datetime.date(2016, 6, 30), datetime.date(2016, 9, 30), datetime.date(2016, 12, 28)]
# How often an inspector finds what is there, and finds what is not.
INSPECTORS = {"甲": (0.95, 0.10), "乙": (0.85, 0.04), "丙": (0.65, 0.01), "丁": (0.90, 0.06)}


class Inspected:
    """A snapshot whose inspections are those made so far in the experiment."""

    def __init__(self, snapshot, inspections):
        self._snapshot, self.inspections = snapshot, inspections

    def __getattr__(self, name):
        return getattr(self._snapshot, name)


def read_truth(folder) -> pd.Series:
    """Return the hidden truth, one row a case."""
    truth = pd.read_csv(folder / "truth.csv")
    truth["case_no"] = [str(parse_case_no(text)) for text in truth["case_no"]]
    return truth.drop_duplicates("case_no").set_index("case_no")["truly_passive"].astype(float)


def inspect_cases(selected, truth, name, day, rng) -> pd.DataFrame:
    """Let inspectors of different strictness look at the chosen cases."""
    who = rng.choice(list(INSPECTORS), len(selected))
    hit = np.array([INSPECTORS[w][0] for w in who])
    slip = np.array([INSPECTORS[w][1] for w in who])
    real = selected["case_no"].map(truth).fillna(0).to_numpy() > 0
    found = rng.random(len(selected)) < np.where(real, hit, slip)
    return pd.DataFrame(
        {
            "case_no": selected["case_no"].to_numpy(),
            "court_code": selected["court_code"].to_numpy(),
            "round": name,
            "inspected_on": pd.Timestamp(day) + pd.Timedelta(days=1),
            "inspector": who,
            "issue": np.where(found, "passive", "none"),
            "selected_as": selected["stratum"].to_numpy(),
            "probability": selected["probability"].to_numpy(),
            "status": None,
            "examined": None,
            "rectify_by": pd.NaT,
            "rectified_on": pd.NaT,
        }
    )


def main(cases=3000, seed=7):
    rng, risk = np.random.default_rng(seed), load_risk()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_sample(folder / "received", DAYS[-1], courts=8, cases=cases, seed=seed, truth=True)
        ingest_sources(folder / "received", folder / "record", day=DAYS[-1])
        snapshot, truth = open_snapshot(folder / "record"), read_truth(folder / "received")
        given = {}
        for day in DAYS:
            findings = check_snapshot(snapshot, day)
            given[day] = {
                "findings": findings,
                "silence": measure_silence(snapshot, day),
                "claims": check_petitions(snapshot, day, findings),
                "categories": categorise_cases(snapshot, day),
            }
        inspections = snapshot.inspections.iloc[:0]
        built = {}
        for number, day in enumerate(DAYS):
            seen = Inspected(snapshot, inspections)
            built[day] = build_features(seen, day, **given[day], risk=risk)
            if number == 2:
                break
            scores = score_features(built[day], risk=risk)
            round_ = Round(name=str(day), as_of=day, courts="all", budget=40, seed=seed)
            draw = plan_draw(
                scores,
                round_,
                findings=given[day]["findings"],
                claims=given[day]["claims"],
                petitions=snapshot.petitions,
                inspections=inspections,
            )
            new = inspect_cases(draw.selected, truth, str(day), day, rng)
            inspections = pd.concat([inspections, new], ignore_index=True)
        seen = Inspected(snapshot, inspections)
        labels = collect_labels(seen, DAYS[-1], risk, features_of=lambda day: built[day])
        model = fit_model(labels, DAYS[-1], risk)
        told = model.card["populations"]["open"]
        print({k: told.get(k) for k in ("labels", "found", "because", "gain_low", "points")})

        blind = build_features(
            Inspected(snapshot, inspections.iloc[:0]), DAYS[-1], **given[DAYS[-1]], risk=risk
        )
        after = built[DAYS[-1]]
        rows = (after["population"] == "open").to_numpy()
        orders = simple_orders(after[rows], given[DAYS[-1]]["findings"])
        for name, features, by in (
            ("card, no labels", blind, None),
            ("card, two rounds", after, None),
            ("model, two rounds", after, model),
        ):
            score = score_features(features, by, risk=risk).set_index("case_no")["score"]
            orders[name] = after["case_no"][rows].map(score)
        learned = model.parts["open"]
        if learned.estimator is not None:
            orders["learned odds, used or not"] = learned.chance(after[rows])
        label = after["case_no"][rows].map(truth).fillna(0).to_numpy()
        orders["oracle"] = label
        people = (after["court_code"] + after["handler"].fillna(""))[rows].to_numpy()
        table = compare_orders(
            orders, label, None, people, 0.05, "model, two rounds", resamples=400, seed=seed
        )
        print(f"{rows.sum()} open cases, {label.mean():.1%} truly passive; among the first 5 %:")
        print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
