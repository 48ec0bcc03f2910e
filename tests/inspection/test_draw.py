import datetime
import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from audit_lib.errors import BadRound
from audit_lib.inspection import Round, bound_count, draw_random, plan_draw, verify_draw, why_not

DAY = datetime.date(2016, 12, 28)


def scores(cases=100, courts=("x",), equal=False, handlers=7, ended=0):
    rows = []
    for court in courts:
        for number in range(cases):
            rows.append(
                {
                    "case_no": f"{court}{number:03d}",
                    "court_code": court,
                    "handler": f"h{number % handlers}",
                    "population": "terminated" if number < ended else "open",
                    "score": 50.0 if equal else float(number % 97),
                    "rank": 1,
                    "reasons": "…",
                }
            )
    return pd.DataFrame(rows)


def round_of(budget=20, seed=7, courts="all", **more):
    return Round(name="r", as_of=DAY, courts=courts, budget=budget, seed=seed, **more)


def inspected(case, issue="passive", day="2016-11-01", name="q", **more):
    row = {"case_no": case, "court_code": "x", "round": name, "issue": issue}
    row |= {"inspected_on": pd.Timestamp(day), "rectify_by": pd.NaT, "rectified_on": pd.NaT}
    return row | more


def statutory(case, days=300):
    rule = "statutory_passive_property_found"
    return {"case_no": case, "rule": rule, "outcome": "overdue", "days_late": days}


def test_at_least_a_fifth_is_random_with_drawn_over_frame_as_probability():
    chosen = plan_draw(scores(), round_of(budget=21)).selected
    random = chosen[chosen["stratum"] == "random"]
    assert len(chosen) == 21 and len(random) == math.ceil(21 / 5)
    assert (random["probability"] == len(random) / random["frame"]).all()
    assert (chosen.loc[chosen["stratum"] != "random", "probability"] == 1).all()


def test_the_same_seed_gives_the_same_selection_whatever_the_order_of_rows():
    table = scores(courts=("x", "y"))
    first = plan_draw(table, round_of()).selected
    again = plan_draw(table.sample(frac=1, random_state=3), round_of()).selected
    pd.testing.assert_frame_equal(first, again)
    assert not first["case_no"].equals(plan_draw(table, round_of(seed=8)).selected["case_no"])


def test_a_court_can_draw_its_random_arm_again_from_the_frame_alone():
    table = scores()
    chosen = plan_draw(table, round_of()).selected
    random = chosen.loc[chosen["stratum"] == "random", "case_no"]
    assert set(random) == set(draw_random(table["case_no"], 4, seed=7, court_code="x"))
    assert verify_draw(chosen, table, round_of()) == []
    forged = chosen.assign(case_no=chosen["case_no"].replace({random.iloc[0]: "x999"}))
    assert len(verify_draw(forged, table, round_of())) == 2


def test_every_must_is_chosen_and_says_why():
    past = pd.DataFrame([inspected("x003", rectify_by=pd.Timestamp("2016-12-01"))])
    petitions = pd.DataFrame(
        {
            "petition_id": ["p"],
            "channel": ["assigned"],
            "received_on": [pd.Timestamp("2016-10-01")],
            "resolved_on": [pd.NaT],
        }
    )
    claims = pd.DataFrame(
        {
            "petition_id": ["p"],
            "case_no": ["x001"],
            "allegation": ["passive"],
            "verdict": ["supported"],
            "link_confidence": [0.9],
        }
    )
    findings = pd.DataFrame([statutory("x002"), statutory("x004", days=10)])
    draw = plan_draw(
        scores(),
        round_of(),
        findings=findings,
        claims=claims,
        petitions=petitions,
        inspections=past,
    )
    must = draw.selected[draw.selected["stratum"] == "must"].set_index("case_no")
    assert set(must.index) == {"x001", "x002", "x003"}
    assert must["must_because"].nunique() == 3 and must["must_because"].notna().all()
    assert draw.selected["frame"].unique().tolist() == [97]


def test_musts_without_a_place_wait_and_it_is_said():
    findings = pd.DataFrame([statutory(f"x{n:03d}") for n in range(40)])
    draw = plan_draw(scores(), round_of(budget=10), findings=findings)
    count = draw.selected["stratum"].value_counts()
    assert (count["must"], count["random"], count["risk"]) == (4, 2, 4)
    assert len(draw.waiting) == 36
    assert any("36" in text for text in draw.statements("en"))


def test_no_handler_gets_more_than_the_cap_by_risk():
    table = scores(handlers=50)
    table.loc[table["score"] > 60, "handler"] = "busy"
    chosen = plan_draw(table, round_of(budget=20)).selected
    by_risk = chosen[chosen["stratum"] == "risk"]
    assert (by_risk["handler"] == "busy").sum() <= math.ceil(0.35 * 20)


def test_a_case_inspected_in_the_last_round_rests_unless_it_is_a_must():
    past = [inspected(f"x{n:03d}", "none") for n in range(90, 97)]
    past.append(inspected("x001", day="2016-03-01", name="older"))
    draw = plan_draw(scores(), round_of(budget=60), inspections=pd.DataFrame(past))
    assert not set(draw.selected["case_no"]) & {f"x{n:03d}" for n in range(90, 97)}
    assert len(draw.rested) == 7
    findings = pd.DataFrame([statutory("x090")])
    must = plan_draw(scores(), round_of(), findings=findings, inspections=pd.DataFrame(past))
    assert "x090" in set(must.selected["case_no"])


def test_fewer_cases_than_budget_are_all_chosen_and_it_is_said():
    draw = plan_draw(scores(cases=5), round_of(budget=20))
    assert len(draw.selected) == 5
    assert "5" in draw.statements("en")[0]


def test_equal_scores_are_filled_by_lot_and_it_is_said():
    draw = plan_draw(scores(equal=True), round_of())
    assert any("equal" in text for text in draw.statements("en"))
    assert len(draw.selected) == 20


def test_a_court_without_cases_is_named_and_stops_nobody():
    draw = plan_draw(scores(), round_of(courts=["x"]), petitions=None)
    assert len(draw.selected) == 20
    with pytest.raises(BadRound, match="`z`"):
        plan_draw(scores(), round_of(courts=["x", "z"]))


def test_an_inspector_gets_no_case_in_conflict():
    people = [
        {"name": "A", "not_handlers": ["h1", "h2"]},
        {"name": "B", "not_courts": ["y"]},
    ]
    chosen = plan_draw(scores(courts=("x", "y")), round_of(inspectors=people)).selected
    mine = chosen[chosen["inspector"] == "A"]
    assert not mine["handler"].isin(["h1", "h2"]).any()
    assert not (chosen.loc[chosen["inspector"] == "B", "court_code"] == "y").any()
    left = chosen[chosen["inspector"].isna()]
    assert ((left["court_code"] == "y") & left["handler"].isin(["h1", "h2"])).all()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_why_not_is_answered_for_every_case(lang):
    table = scores(cases=98, courts=("x", "y"), ended=10)
    past = pd.DataFrame([inspected("x096", "none")])
    draw = plan_draw(table, round_of(courts=["x"]), inspections=past)
    for case in [*table["case_no"].iloc[::4], "nobody"]:
        assert why_not(case, table, draw, lang)
    assert "round before" in why_not("x096", table, draw, "en")


def test_the_random_arm_covers_the_truth_in_five_hundred_draws():
    """The bounds are exact: they hold at least as often as they say."""
    rng = np.random.default_rng(0)
    table = scores(cases=150)
    faulty = dict(zip(table["case_no"], rng.random(150) < 0.2, strict=True))
    truth = sum(faulty.values())
    held, width = 0, 0.0
    for seed in range(500):
        drawn = draw_random(table["case_no"], 12, seed=seed, court_code="x")
        low, high = bound_count(sum(faulty[c] for c in drawn), 12, 150)
        held += low <= truth <= high
        width += (high - low) / 150 / 500
    assert held / 500 >= 0.94
    assert 0.3 < width < 0.6


def test_every_case_of_the_frame_is_drawn_equally_often():
    names = [f"c{n}" for n in range(20)]
    times = Counter()
    for seed in range(1000):
        times.update(draw_random(names, 5, seed=seed, court_code="x"))
    # A thousand draws of a quarter: 250 each, standard deviation about 14.
    assert len(times) == 20 and all(180 <= count <= 320 for count in times.values())
