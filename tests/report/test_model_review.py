import pandas as pd
import pytest

from audit_lib.inspection.model import RiskModel
from audit_lib.inspection.review import Review
from audit_lib.report import model_report


def review(rounds=(), by_score=(), fairness=(), overlap=()):
    told = {"labels": 50, "found": 13, "code": "few_labels"}
    decision = [{"population": "open", "labels": 50, "found": 13, "used": "card", "because": ""}]
    return Review(
        model=RiskModel({}, {"populations": {"open": told}}),
        labels=pd.DataFrame(),
        rounds=pd.DataFrame(rounds),
        by_score=pd.DataFrame(by_score),
        calibration=pd.DataFrame(),
        fairness=pd.DataFrame(
            fairness, columns="kind group cases chosen found found_of_chosen".split()
        ),
        overlap=pd.DataFrame(overlap, columns="first second same share".split()),
        decision=pd.DataFrame(decision),
    )


def order(name, precision, low, high, gain):
    bounds = {"gain": gain, "gain_low": gain - 0.2, "gain_high": gain + 0.2}
    row = {"round": "2016-09", "cases": 19, "order": name}
    return row | {"precision": precision, "low": low, "high": high} | bounds


@pytest.fixture(scope="module")
def full():
    fair = [("court", "鲁0902", 7, 0.2, 0.25, 1.0), ("handler", "鲁0902 张三", 7, 0.2, 0.25, 1.0)]
    return review(
        [order("card", 0.71, 0.32, 0.92, 0.0), order("oldest_first", 0.87, 0.0, 1.0, -0.15)],
        [{"cases": 12, "score": 0.9, "found": 0.04, "low": 0.0, "high": 0.46}],
        [*fair, ("claim_size", "<1e5", 31, 0.1, 0.1, None)],
        [("2016-06", "2016-09", 0, 0.0)],
    )


def test_a_review_is_told_in_words_with_its_bounds_and_no_handlers_name(full):
    page = model_report(full, "zh", invented=True)
    text = page.to_html()
    for words in ("数量不足，使用记分卡", "立案最早的在前", "-35.0至+5.0", "1万元以上不满10万元",
                  "本数据为程序虚构", "2016年6月"):  # fmt: skip
        assert words in text
    assert "张三" not in text and "oldest_first" not in text
    assert text.count("<svg") == 2


def test_a_review_in_english_has_no_chinese_sentence(full):
    text = model_report(full, "en").to_html()
    assert "oldest first" in text and "记分卡" not in text and "区间" not in text


def test_a_review_without_inspections_says_so_in_each_part():
    page = model_report(review())
    said = "督查结果太少，这一部分无法计算"
    assert all(
        said in page[key]._repr_html_() for key in ("orders", "scores", "fairness", "overlap")
    )


def test_what_is_not_known_is_said_and_not_drawn():
    nothing = float("nan")
    page = model_report(
        review(
            [order("card", 0.71, nothing, nothing, 0.0), order("random", 0.1, 0.0, 0.3, 0.6)],
            fairness=[("claim_size", "nan", 7, 0.2, 0.25, nothing)],
        )
    )
    assert page.orders._repr_html_().count("<svg") == 1
    assert "未记载" in page.fairness._repr_html_()
    assert "nan" not in page.to_html().split("</style>")[1].lower()
