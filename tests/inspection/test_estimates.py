import numpy as np
import pandas as pd
import pytest

from audit_lib.errors import AuditError
from audit_lib.inspection.bounds import bound_count, bound_rate, plan_sizes, sample_size
from audit_lib.inspection.estimate import estimate_rates, measure_lift, trace_yield


@pytest.mark.parametrize(
    ("rate", "errors", "size"), [(0.05, 0, 59), (0.03, 0, 99), (0.05, 1, 93), (0.10, 0, 29)]
)
def test_sizes_agree_with_the_tables_of_attribute_sampling(rate, errors, size):
    assert sample_size(rate, 0.95, errors) == size


def test_a_sample_one_smaller_would_not_be_enough():
    assert 0.95**59 <= 0.05 < 0.95**58


def test_looking_at_all_cases_leaves_no_doubt():
    assert bound_count(3, 20, 20) == (3, 3)


def test_bounds_of_a_count_lie_within_those_without_a_frame():
    for found in (0, 1, 4, 10):
        low, high = bound_count(found, 10, 60)
        wide_low, wide_high = bound_rate(found, 10)
        assert wide_low - 1e-9 <= low / 60 and high / 60 <= wide_high + 1 / 60


@pytest.mark.parametrize(("found", "drawn"), [(3, 2), (-1, 5)])
def test_impossible_counts_are_refused(found, drawn):
    with pytest.raises(AuditError, match="expected 0"):
        bound_rate(found, drawn)


def test_the_bounds_cover_every_truth_at_least_as_often_as_they_say():
    from scipy import stats

    frame, drawn = 60, 8
    bounds = [bound_count(found, drawn, frame) for found in range(drawn + 1)]
    for truth in range(0, frame + 1, 3):
        chance = stats.hypergeom.pmf(np.arange(drawn + 1), frame, truth, drawn)
        held = sum(p for p, (low, high) in zip(chance, bounds, strict=True) if low <= truth <= high)
        assert held >= 0.95 - 1e-9


def selection():
    return pd.DataFrame(
        {
            "case_no": list("abcdefg"),
            "court_code": "x",
            "stratum": ["must", "risk", *["random"] * 5],
            "frame": 50,
        }
    )


def outcomes(states):
    rows = [(case, "passive", state) for case, state in states.items()]
    return pd.DataFrame(rows, columns=["case_no", "issue", "state"])


def test_a_rate_comes_from_the_random_arm_and_the_musts_are_added():
    states = {"a": "found", "b": "found", "c": "found"} | dict.fromkeys("defg", "not_found")
    row = estimate_rates(selection(), outcomes(states), issues=["passive"]).iloc[0]
    assert (row["rate"], row["said"], row["found"]) == (0.2, "ok", 1)
    assert row["court_rate"] == pytest.approx((0.2 * 50 + 1) / 51)
    assert row["low"] <= 0.2 <= row["high"]


def test_a_disputed_result_widens_the_bounds_and_counts_for_neither_side():
    clear = {"c": "found"} | dict.fromkeys("defg", "not_found")
    sure = estimate_rates(selection(), outcomes(clear), issues=["passive"]).iloc[0]
    open_ = estimate_rates(
        selection(), outcomes(clear | {"d": "disputed"}), issues=["passive"]
    ).iloc[0]
    assert (open_["unclear"], open_["answered"], open_["said"]) == (1, 4, "unclear")
    assert open_["low"] == sure["low"] and open_["high"] > sure["high"]


def test_without_results_nothing_is_estimated_and_it_is_said():
    row = estimate_rates(selection(), outcomes({}), issues=["passive"]).iloc[0]
    assert row["said"] == "not_inspected" and np.isnan(row["rate"])


def test_lift_without_a_fault_at_random_has_no_upper_bound():
    labels = pd.DataFrame(
        {"selected_as": ["risk"] * 5 + ["random"] * 5, "label": [1] * 5 + [0] * 5}
    )
    lift = measure_lift(labels)
    assert lift["said"] == "nothing_found_at_random" and np.isinf(lift["high"])


def test_the_yield_curve_never_expects_more_than_there_are_cases():
    rng = np.random.default_rng(0)
    scores = pd.DataFrame({"case_no": range(100), "score": rng.random(100) * 60})
    score = rng.random(80) * 60
    labels = pd.DataFrame({"score": score, "label": (rng.random(80) < score / 60) * 1.0})
    curve = trace_yield(scores, labels.assign(weight=1.0), [10, 50, 100])
    assert curve["more"].tolist() == [10, 50, 100]
    assert (curve["expected"] <= curve["more"]).all()
    assert (np.diff(curve["expected"] / curve["more"]) <= 1e-9).all()
    assert ((curve["low"] <= curve["expected"]) & (curve["expected"] <= curve["high"])).all()


def test_a_court_with_few_cases_needs_all_of_them():
    sizes = plan_sizes(pd.DataFrame({"court_code": ["x", "y"], "frame": [8, 2000]}))
    assert sizes["size_zero_5"].tolist()[0] == 8
    assert 50 <= sizes["size_zero_5"].tolist()[1] <= 59
