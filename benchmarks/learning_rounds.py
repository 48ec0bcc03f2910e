"""The order beside simple ones, before any labels and after two rounds of inspections.

Repeat with::

    .venv/bin/python benchmarks/learning_rounds.py [area|sample] [CASES] [SEED…]

Two records with a hidden truth: ``area`` is told by ``court_area.py`` beside this file, apart from
the project's generator; ``sample`` is the project's own ``make_sample``. Three days are scored: on
the first two a round is drawn with ``plan_draw`` and "inspected" (the truth of that day, seen
through inspectors of different strictness who miss and mistake), and the third is judged against
the truth of all open cases: precision among the first 5 % with bounds from resampling handlers,
before any labels and after two rounds of them. The gain of the card, and of what two rounds made
of it, over each simple order stands beside it.
"""

import datetime
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from court_area import make_area, truth_on

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
BUDGET = 40
# How often an inspector finds what is there, and finds what is not.
INSPECTORS = {"甲": (0.95, 0.10), "乙": (0.85, 0.04), "丙": (0.65, 0.01), "丁": (0.90, 0.06)}


class Inspected:
    """A snapshot whose inspections are those made so far in the experiment."""

    def __init__(self, snapshot, inspections):
        self._snapshot, self.inspections = snapshot, inspections

    def __getattr__(self, name):
        return getattr(self._snapshot, name)


def make_record(source, folder, cases, seed):
    """Invent a record; returns the snapshot and the hidden truth of each day."""
    received = folder / "received"
    if source == "area":
        make_area(received, cases=cases, seed=seed)
        spells = pd.read_csv(received / "spells.csv")
        spells["case_no"] = [str(parse_case_no(text)) for text in spells["case_no"]]
        truth = {day: truth_on(spells, day) for day in DAYS}
        (received / "spells.csv").unlink()
    else:
        make_sample(received, DAYS[-1], courts=8, cases=cases, seed=seed, truth=True)
        truth = {DAYS[-1]: _sample_truth(received)}
        for day in DAYS[:-1]:
            # The generator's story begins in July: the end of June is told a day later.
            shown = max(day, datetime.date(2016, 7, 1))
            make_sample(folder / str(day), shown, courts=8, cases=cases, seed=seed, truth=True)
            truth[day] = _sample_truth(folder / str(day))
    ingest_sources(received, folder / "record", day=DAYS[-1])
    return open_snapshot(folder / "record"), truth


def _sample_truth(folder) -> pd.Series:
    truth = pd.read_csv(folder / "truth.csv")
    truth["case_no"] = [str(parse_case_no(text)) for text in truth["case_no"]]
    return truth.drop_duplicates("case_no").set_index("case_no")["truly_passive"].astype(float)


def judge_days(snapshot) -> dict:
    """Return what the other rooms say of the record on each day."""
    given = {}
    for day in DAYS:
        findings = check_snapshot(snapshot, day, everything=True)
        given[day] = {
            "findings": findings,
            "silence": measure_silence(snapshot, day),
            "claims": check_petitions(snapshot, day, findings),
            "categories": categorise_cases(snapshot, day),
        }
    return given


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


def run_rounds(snapshot, truth, given, risk, seed):
    """Draw and inspect two rounds; returns inspections and the features of each day."""
    rng = np.random.default_rng(seed)
    inspections, built = snapshot.inspections.iloc[:0], {}
    for number, day in enumerate(DAYS):
        seen = Inspected(snapshot, inspections)
        built[day] = build_features(seen, day, **given[day], risk=risk)
        if number == 2:
            return inspections, built
        round_ = Round(name=str(day), as_of=day, courts="all", budget=BUDGET, seed=seed)
        draw = plan_draw(
            score_features(built[day], risk=risk),
            round_,
            findings=given[day]["findings"],
            claims=given[day]["claims"],
            petitions=snapshot.petitions,
            inspections=inspections,
            risk=risk,
        )
        new = inspect_cases(draw.selected, truth[day], str(day), day, rng)
        inspections = pd.concat([inspections, new], ignore_index=True)


def order_cases(snapshot, given, inspections, built, risk):
    """Return every order of the open cases of the last day, and what the model says of itself."""
    last = DAYS[-1]
    seen = Inspected(snapshot, inspections)
    labels = collect_labels(seen, last, risk, features_of=lambda day: built[day])
    model = fit_model(labels, last, risk)
    blind = Inspected(snapshot, inspections.iloc[:0])
    before, after = build_features(blind, last, **given[last], risk=risk), built[last]
    rows = (after["population"] == "open").to_numpy()
    orders = {}
    for name, features, by in (
        ("card, no labels", before, None),
        ("card, two rounds", after, None),
        ("as used, two rounds", after, model),
    ):
        score = score_features(features, by, risk=risk).set_index("case_no")["score"]
        orders[name] = after["case_no"][rows].map(score).to_numpy()
    learned = model.parts["open"]
    if learned.estimator is not None:
        orders["model, two rounds"] = learned.chance(after[rows])
    simple = simple_orders(after[rows], given[last]["findings"])
    orders |= {name: simple[name].to_numpy() for name in simple}
    return pd.DataFrame(orders, index=after.index[rows]), after[rows], model


def measure_one(source, cases, seed, risk):
    """Measure one record; returns its orders, the truth, and the groups that stand together."""
    with tempfile.TemporaryDirectory() as temporary:
        snapshot, truth = make_record(source, Path(temporary), cases, seed)
        given = judge_days(snapshot)
        inspections, built = run_rounds(snapshot, truth, given, risk, seed)
        orders, features, model = order_cases(snapshot, given, inspections, built, risk)
    told = model.card["populations"]["open"]
    keys = ("labels", "found", "because", "concordance_model", "concordance_card", "gain_low")
    print(f"seed {seed}:", {key: told.get(key) for key in keys})
    label = features["case_no"].map(truth[DAYS[-1]]).fillna(0).to_numpy()
    orders["perfect"] = label
    people = str(seed) + features["court_code"] + features["handler"].fillna("")
    # Ranks: records of several seeds are then read together, each with its own first 5 %.
    return orders.rank(pct=True), label, people.to_numpy()


def main(source="area", cases=4000, *seeds):
    """Measure one or several records together."""
    risk = load_risk()
    parts = [measure_one(source, int(cases), int(seed), risk) for seed in seeds or (7,)]
    orders = pd.concat([part[0] for part in parts], ignore_index=True)
    label, people = (np.concatenate([part[place] for part in parts]) for place in (1, 2))
    print(f"{len(label)} open cases, {label.mean():.1%} truly passive; among the first 5 %:")
    for reference in ("card, no labels", "as used, two rounds"):
        table = compare_orders(orders, label, None, people, 0.05, reference, resamples=400, seed=1)
        print(f"gain of `{reference}` over each:")
        print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
