import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.errors import BadParameterFile
from audit_lib.inspection import explain_score, load_risk, score_features
from audit_lib.inspection.obligations import weigh_claims, weigh_findings
from audit_lib.inspection.settings import Risk
from audit_lib.parameters import parameters_folder

RISK = load_risk()


def invented_features(count, seed=0, courts=3):
    """Invent measures over and beyond the ranges of the card."""
    rng = np.random.default_rng(seed)
    out = pd.DataFrame({"case_no": [f"c{n:04d}" for n in range(count)]})
    out["court_code"] = rng.choice([f"k{n}" for n in range(courts)], count)
    out["handler"] = rng.choice(["甲", "乙", "丙", None], count)
    out["population"] = rng.choice(["open", "terminated"], count)
    out["paused"] = False
    out["entry_silence"] = rng.random(count) * 100
    for name in RISK.features:
        scale = RISK.card["open"].get(name) or RISK.card["terminated"][name]
        top = scale.scale[-1][0]
        out[name] = rng.random(count) * top * 1.3 * (rng.random(count) < 0.6)
    return out


def parts_of(reasons):
    return [float(x) for x in re.findall(r"[+-]\d+(?:\.\d+)?", reasons)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reasons_add_up_to_the_score_for_every_case(lang):
    scores = score_features(invented_features(600), lang=lang)
    for row in scores.itertuples():
        parts = parts_of(row.reasons)
        assert round(sum(parts), 1) == row.score
        assert parts == sorted(parts, reverse=True)
        # Nothing else in the text is a number, so that anyone can add it up.
        assert len(re.findall(r"\d+(?:\.\d+)?", row.reasons)) == len(parts)
    assert scores["score"].between(0, 100).all()


def test_ranks_are_within_court_and_population_and_equal_scores_share_one():
    scores = score_features(invented_features(200))
    for _, mine in scores.groupby(["court_code", "population"]):
        expected = [1 + int((mine["score"] > s).sum()) for s in mine["score"]]
        assert mine["rank"].tolist() == expected


def test_the_laid_open_score_is_the_score():
    features = invented_features(20)
    scores = score_features(features).set_index("case_no")
    for case_no in features["case_no"]:
        table = explain_score(features, case_no)
        assert round(table["points"].sum(), 1) == scores.loc[case_no, "score"]


@settings(max_examples=15, deadline=None)
@given(name=st.sampled_from(sorted(RISK.card["open"])), more=st.floats(0, 1000))
def test_more_of_a_measure_never_lowers_a_score(name, more):
    features = invented_features(30, seed=1).assign(population="open")
    grown = features.assign(**{name: features[name] + more})
    before = score_features(features).set_index("case_no")["score"]
    after = score_features(grown).set_index("case_no")["score"]
    assert (after >= before.loc[after.index]).all()


def test_a_case_with_everything_at_its_worst_has_a_hundred_points():
    features = invented_features(2).assign(population=["open", "terminated"])
    for name in RISK.features:
        features[name] = 1e9
    assert score_features(features)["score"].tolist() == [100.0, 100.0]


def finding(rule, outcome="overdue", theme="passive", days=400, severity="high", case="a"):
    return {
        "case_no": case,
        "rule": rule,
        "theme": theme,
        "outcome": outcome,
        "days_late": days,
        "severity": severity,
    }


def weigh(*rows):
    return weigh_findings(pd.DataFrame(list(rows)), pd.Index(["a", "b"]), RISK).iloc[0]


def test_rules_that_ask_for_one_thing_are_counted_once():
    one = weigh(finding("close_any_6m", severity="medium"))
    two = weigh(
        finding("close_any_6m", severity="medium"),
        finding("statutory_passive_property_found"),
        finding("statutory_passive_other"),
    )
    assert one["overdue_acts"] == pytest.approx(0.7)
    assert two["overdue_acts"] == pytest.approx(1.0)


def test_several_debtors_under_one_rule_are_counted_once():
    rows = [finding("exec_notice_10d") for _ in range(5)]
    assert weigh(*rows)["overdue_acts"] == pytest.approx(1.0)


def test_what_is_overdue_for_one_debtor_and_late_for_another_counts_as_overdue():
    out = weigh(finding("exec_notice_10d", "late"), finding("exec_notice_10d"))
    assert (out["overdue_acts"], out["late_acts"]) == (1.0, 0.0)


def test_running_unknown_and_exempt_rows_weigh_nothing():
    out = weigh(*(finding("verify_clue_5d", o) for o in ("running", "unknown", "exempt", "met")))
    assert out.sum() == 0


def test_a_finding_about_the_form_of_a_number_weighs_nothing():
    assert weigh(finding("case_number_format", "breached", "report")).sum() == 0


def claim(
    petition, verdict="supported", allegation="passive", case="a", sure=1.0, day="2016-10-01"
):
    return {
        "petition_id": petition,
        "case_no": case,
        "allegation": allegation,
        "verdict": verdict,
        "link_confidence": sure,
        "received_on": pd.Timestamp(day),
    }


def test_the_same_allegation_in_three_petitions_weighs_once_and_repeats_thrice():
    rows = pd.DataFrame([claim(str(n)) for n in range(3)])
    out = weigh_claims(rows, pd.Index(["a"]), "2016-12-28", RISK).iloc[0]
    assert (out["petition_claims"], out["petition_repeats"]) == (1.0, 3.0)


def test_a_contradicted_or_later_or_thankful_petition_weighs_nothing():
    rows = [
        claim("1", "contradicted"),
        claim("2", day="2017-01-05"),
        claim("3", allegation="none", verdict="not_checkable"),
    ]
    out = weigh_claims(pd.DataFrame(rows), pd.Index(["a"]), "2016-12-28", RISK).iloc[0]
    assert out["petition_claims"] == 0


def changed(old, new):
    text = (parameters_folder() / "risk.yaml").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("silence: {points: 20", "silence: {points: 21", "add up to 101, not 100"),
        ("[180, 0.6], [365, 0.85]", "[180, 0.2], [365, 0.85]", "may not fall"),
        ("random_share: 0.2", "random_share: 0.1", "greater than or equal to 0.2"),
        ("clue: [verify_clue_5d", "clue: [exec_notice_10d, verify_clue_5d", "stands in"),
        ("zh: 长期无实质节点,", "zh: 长期无实质节点7,", "no digits"),
    ],
)
def test_a_wrong_risk_file_is_refused_with_its_line(tmp_path, old, new, said):
    path = tmp_path / "risk.yaml"
    path.write_text(changed(old, new), encoding="utf-8")
    with pytest.raises(BadParameterFile, match="line") as refused:
        load_risk(path)
    assert said in str(refused.value)


def test_every_feature_has_its_meaning_unit_and_source():
    assert isinstance(RISK, Risk)
    for measure in RISK.features.values():
        assert measure.unit and measure.source and measure.meaning.zh and measure.meaning.en
