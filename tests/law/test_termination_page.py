"""The page of a 终本: each condition by the text of the ruling's own day, with its event."""

from datetime import date

import pytest

from audit_lib.law import list_conditions
from audit_lib.record import ingest_sources, open_snapshot

CASES = """\
案号,法院代字,立案日期,结案方式,结案日期
（2016）鲁0902执1号,鲁0902,2016-09-01,终结本次执行程序,2016-12-01
（2016）鲁0902执2号,鲁0902,2016-09-01,终结本次执行程序,2016-12-02
（2016）鲁0902执3号,鲁0902,2016-03-01,终结本次执行程序,2016-11-30
"""
EVENTS = """\
案号,节点,日期,财产编号
（2016）鲁0902执1号,发出执行通知书,2016-09-05,
（2016）鲁0902执1号,收到财产线索,2016-09-20,甲车
（2016）鲁0902执1号,裁定终结本次执行程序,2016-12-01,
（2016）鲁0902执2号,裁定终结本次执行程序,2016-12-02,
（2016）鲁0902执3号,发起网络查控,2016-03-05,
（2016）鲁0902执3号,申请人书面同意终本,2016-11-29,
（2016）鲁0902执3号,裁定终结本次执行程序,2016-11-30,
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("termination")
    given = folder / "given"
    given.mkdir()
    courts = "法院代字,法院名称,审级\n鲁0902,某区法院,基层\n"
    for name, text in (("courts", courts), ("cases", CASES), ("events", EVENTS)):
        (given / f"{name}.csv").write_text(text, encoding="utf-8")
    day = date(2016, 12, 28)
    ingest_sources([str(given)], folder / "snapshot", day)
    return list_conditions(open_snapshot(folder / "snapshot"), day)


def state(page, number, condition):
    rows = page[page["case_no"].eq(f"（2016）鲁0902执{number}号")]
    return rows.loc[rows["condition"].eq(condition), "state"].item()


def test_each_condition_is_met_missing_or_not_asked_with_its_event(page):
    assert state(page, 1, "notice") == "met"
    rows = page[page["condition"].eq("notice") & page["state"].eq("met")]
    assert rows["evidence"].tolist() == ["notice_issued 2016-09-05 (events.csv#2)"]
    assert state(page, 1, "report_order") == "missing"
    assert state(page, 1, "clues_checked") == "missing"
    assert state(page, 2, "clues_checked") == "not_required"
    assert state(page, 1, "obstruction_sanctioned") == "not_required"


def test_three_months_must_be_over_not_only_full(page):
    assert state(page, 1, "three_months") == "missing"  # 09-01 + 3 months = 12-01, its last day
    assert state(page, 2, "three_months") == "met"


def test_an_older_ruling_is_shown_by_the_older_text_and_accused_by_none_of_the_new(page):
    rows = page[page["case_no"].eq("（2016）鲁0902执3号")].set_index("condition")
    assert not rows["source"].eq("法〔2016〕373号").any()
    assert rows.loc["consent_or_panel", "state"] == "met"
    assert rows.loc["network_query", ["state", "source"]].tolist() == ["met", "法发〔2014〕26号"]
    assert rows.loc["investigation", "state"] == "missing"
    older = rows[rows["rule"].isna()]
    assert older["article"].str.contains("未重新核对").all()
    assert "three_months" not in rows.index
