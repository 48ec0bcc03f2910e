import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from sklearn.utils.estimator_checks import check_estimator
from test_scores import invented_features, parts_of

from audit_lib.errors import CannotWrite
from audit_lib.inspection import BadModelFile, load_model, load_risk, score_features
from audit_lib.inspection.additive import AdditiveLogistic
from audit_lib.inspection.evaluate import compare_orders, days_earlier, precision_at
from audit_lib.inspection.selection_correction import weigh_inspections
from audit_lib.inspection.training import fit_model

RISK = load_risk()
HARSH = {"p": 1.5, "q": 0.0, "r": -1.5}


def labels_of(count=600, seed=0, rounds=3, truth="handler_load", inspectors=("p", "q", "r")):
    """Invent inspections whose truth hangs on a measure that the card gives no points for."""
    rng = np.random.default_rng(seed)
    out = invented_features(count, seed).assign(population="open")
    share = RISK.card["open"][truth].share(out[truth].to_numpy())
    out["inspector"] = rng.choice(list(inspectors), count)
    odds = 5 * share - 2 + out["inspector"].map(HARSH).to_numpy()
    out["label"] = (rng.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    out["why"] = np.nan
    out["handler"] = [f"h{n % 40}" for n in range(count)]
    out["round"] = [f"r{n % rounds}" for n in range(count)]
    out["known_on"] = pd.to_datetime("2016-01-01") + pd.to_timedelta(
        out["round"].str[1:].astype(int), "D"
    )
    out["selected_as"], out["probability"] = "random", 0.1
    return out


@pytest.fixture(scope="module")
def learned():
    return fit_model(labels_of(), "2016-12-28", RISK)


def test_scikit_learn_accepts_the_estimator():
    check_estimator(AdditiveLogistic())


def test_a_model_that_orders_later_rounds_better_takes_the_cards_place(learned):
    told = learned.card["populations"]["open"]
    assert told["used"] and told["tested_on"] == "later rounds"
    assert told["concordance_model"] > told["concordance_card"]
    points = learned.weighing("open").points
    assert max(points, key=points.get) == "handler_load"
    assert min(points.values()) >= 0 and sum(points.values()) == pytest.approx(100)


def test_reasons_of_the_model_add_up_as_those_of_the_card_do(learned):
    scores = score_features(invented_features(200, 5), learned)
    assert set(scores.loc[scores["population"] == "open", "scored_by"]) == {"model"}
    assert set(scores.loc[scores["population"] == "terminated", "scored_by"]) == {"card"}
    for row in scores.itertuples():
        assert round(sum(parts_of(row.reasons)), 1) == row.score
    assert scores["score"].between(0, 100).all()


def test_the_inspectors_effect_is_learned_and_left_out_of_the_score(learned):
    effects = learned.card["populations"]["open"]["inspector_effects"]
    assert effects["p"] > effects["q"] > effects["r"]
    assert not any("inspector" in name for name in learned.weighing("open").points)


def test_where_the_card_is_right_the_card_stays():
    rng = np.random.default_rng(3)
    labels = labels_of(120, 3)
    card = score_features(labels).set_index("case_no")["score"]
    chance = labels["case_no"].map(card) / 60
    labels["label"] = (rng.random(len(labels)) < chance).astype(float)
    told = fit_model(labels, "2016-12-28", RISK).card["populations"]["open"]
    assert not told["used"] and "not better" in told["because"]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (labels_of().iloc[:0], "no inspection"),
        (labels_of().assign(label=1.0), "every label is the same"),
        (labels_of(30), "fewer than"),
    ],
)
def test_too_little_to_learn_from_is_said_and_no_model_is_made(labels, said):
    model = fit_model(labels, "2016-12-28", RISK)
    assert model.weighing("open") is None
    assert said in model.card["populations"]["open"]["because"]


def test_one_round_is_judged_on_other_handlers_and_one_inspector_is_noted():
    told = fit_model(labels_of(rounds=1, inspectors=("q",)), "2016-12-28", RISK).card
    told = told["populations"]["open"]
    assert told["tested_on"] == "other handlers" and "one inspector" in told["inspector_note"]


def test_a_model_read_again_gives_the_same_scores_and_equal_bytes(learned, tmp_path):
    path, card = learned.save(tmp_path / "model.skops")
    again = load_model(path)
    features = invented_features(50, 9)
    pd.testing.assert_frame_equal(
        score_features(features, learned), score_features(features, again)
    )
    assert json.loads(card.read_text(encoding="utf-8")) == again.card
    second, _ = again.save(tmp_path / "again.skops")
    assert second.read_bytes() == path.read_bytes()


def test_a_model_file_with_a_foreign_type_is_refused(tmp_path):
    path = tmp_path / "evil.skops"
    import skops.io  # here, so that each worker of the tests need not load it

    skops.io.dump({"format": "x", "thing": weigh_inspections}, path)
    with pytest.raises(BadModelFile, match="weigh_inspections"):
        load_model(path)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    text = tmp_path / "text.skops"
    text.write_text("no model", encoding="utf-8")
    other = tmp_path / "other.skops"
    import skops.io

    skops.io.dump({"format": "something else"}, other)
    torn = tmp_path / "torn.skops"
    with zipfile.ZipFile(torn, "w") as archive:
        archive.writestr("schema.json", "{}")
    for path in (text, other, torn, tmp_path / "missing.skops"):
        with pytest.raises(BadModelFile, match="not a usable risk model"):
            load_model(path)


def test_a_folder_that_does_not_exist_leaves_nothing_behind(learned, tmp_path):
    with pytest.raises(CannotWrite):
        learned.save(tmp_path / "missing" / "model.skops")
    assert list(tmp_path.iterdir()) == []


def test_with_few_labels_the_slopes_stay_near_the_prior():
    rng = np.random.default_rng(0)
    X, prior = rng.random((80, 3)), [0.6, 0.3, 0.1]
    y = (rng.random(80) < X[:, 2]).astype(int)
    near = AdditiveLogistic(pull=1e4, prior=prior, rising=True).fit(X, y)
    far = AdditiveLogistic(pull=1e-2, prior=prior, rising=True).fit(X, y)
    assert np.allclose(near.coef_[0], near.stretch_ * np.array(prior), atol=0.02)
    assert far.coef_[0, 2] > 2 * far.coef_[0, :2].max()


def test_a_case_at_random_stands_for_as_many_as_its_probability_says():
    labels = pd.DataFrame({"selected_as": ["random", "risk"], "probability": [0.25, 1.0]})
    weight = weigh_inspections(labels, cap=100)
    assert weight.iloc[0] == pytest.approx(4 * weight.iloc[1])


def test_ties_at_the_edge_count_with_the_part_that_fits():
    assert precision_at([1, 1, 1, 1], [1, 0, 0, 0], np.ones(4), 0.5) == (0.25, 0.5)


def test_a_perfect_order_beats_chance_beyond_its_bounds():
    rng = np.random.default_rng(1)
    label = (rng.random(400) < 0.2).astype(float)
    orders = pd.DataFrame({"perfect": label, "random": rng.random(400)})
    table = compare_orders(orders, label, groups=rng.integers(0, 40, 400), resamples=100)
    assert table.set_index("order").loc["random", "gain_low"] > 0


def test_finding_faults_first_finds_them_earlier():
    days = np.arange("2014-09-01", "2014-09-11", dtype="datetime64[D]")
    label = np.array([0] * 8 + [1] * 2)
    assert days_earlier(days, label, label) == (8.0, 1.0)


def said_of(labels, passed=None, lang="en"):
    return " ".join(fit_model(labels, "2016-12-28", RISK, passed).statements(lang))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_could_not_be_learned_is_said_in_a_sentence(lang):
    few = labels_of(30, inspectors=("q",))
    few["why"] = few["why"].astype(object)
    few.loc[few.index[:2], "label"] = np.nan
    few.loc[few.index[:2], "why"] = "contradicted"
    told = said_of(few, {"later": 3, "without_day": 2}, lang)
    words = {
        "zh": ["数量不足", "相互矛盾 2", "只有一名督查人员", "3 条督查结果",
               "2 条督查结果没有日期"],
        "en": ["too few", "contradicting each other 2", "one inspector", "3 inspection rows",
               "2 inspection rows have no day"],
    }  # fmt: skip
    assert all(word in told for word in words[lang])


def test_every_decision_has_its_sentence(learned):
    assert "the model is used" in " ".join(learned.statements("en"))
    assert "no inspection before the day" in said_of(labels_of().iloc[:0])
    assert "the same" in said_of(labels_of(80).assign(label=1.0))
