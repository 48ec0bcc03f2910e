"""Records that lack steps: what they show is found, what they do not say is not made up."""

from datetime import date

import pandas as pd
import pytest

from audit_lib.law import check_snapshot
from audit_lib.record import ingest_sources, open_snapshot

DAY = date(2017, 9, 28)
CASES = """\
案号,法院代字,收到申请日期,立案日期,原案号,结案方式,结案日期
（2016）鲁0902执1号,鲁0902,2016-03-01,2016-03-02,,,
（2016）鲁0902执异1号,鲁0902,2016-05-03,2016-05-04,（2016）鲁0902执1号,,
（2016）鲁09执复1号,鲁09,2016-07-01,2016-07-05,（2016）鲁0902执异1号,,
（2016）鲁0902执异2号,鲁0902,,2016-05-14,,,
（2016）鲁0902执异3号,鲁0902,,2016-05-14,（2015）鲁0902执999号,,
（2017）鲁0902执2号,鲁0902,2017-01-03,2017-01-04,,终结本次执行程序,2017-06-01
（2017）鲁0902执3号,鲁0902,2017-01-03,2017-01-04,,终结执行,2017-06-01
"""
EVENTS = """\
案号,节点,日期
（2016）鲁0902执异1号,收到执行行为异议,2016-05-03
（2016）鲁0902执异1号,执行异议裁定,2016-06-28
（2016）鲁09执复1号,复议裁定,2016-12-01
（2016）鲁0902执异2号,收到执行行为异议,2016-05-03
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sparse")
    given = folder / "given"
    given.mkdir()
    courts = "法院代字,法院名称,审级\n鲁0902,某区法院,基层\n鲁09,某中院,中级\n"
    for name, text in (("courts", courts), ("cases", CASES), ("events", EVENTS)):
        (given / f"{name}.csv").write_text(text, encoding="utf-8")
    ingest_sources([str(given)], folder / "snapshot", DAY)
    return open_snapshot(folder / "snapshot")


@pytest.fixture(scope="module")
def found(held):
    return check_snapshot(held, DAY, everything=True)


def outcomes(found, case, rule):
    return found.loc[found["case_no"].eq(case) & found["rule"].eq(rule), "outcome"].tolist()


def test_an_objections_own_case_is_read_as_one_with_the_case_it_concerns(found):
    case = "（2016）鲁0902执1号"
    assert outcomes(found, case, "conduct_objection_15d") == ["late"]
    assert outcomes(found, case, "objection_filing_3d") == ["met"]
    assert outcomes(found, case, "recon_30d") == ["late"]


def test_and_it_is_not_judged_a_second_time_where_it_was_keyed_in(found):
    own = found[found["case_no"].isin(["（2016）鲁0902执异1号", "（2016）鲁09执复1号"])]
    assert set(own["rule"]) <= {"case_number_format"}


def test_an_objection_whose_case_is_not_held_is_judged_by_its_own_days(found):
    case = "（2016）鲁0902执异2号"
    assert outcomes(found, case, "conduct_objection_15d") == ["overdue"]
    assert outcomes(found, case, "objection_filing_3d") == ["late"]  # filed after eleven days


def test_an_objection_of_which_nothing_is_on_file_but_its_filing_is_accused_of_nothing(found):
    own = found[found["case_no"].eq("（2016）鲁0902执异3号")]
    assert not own["outcome"].isin(["late", "overdue", "breached"]).any()


def test_a_closing_by_termination_is_read_as_its_ruling(found):
    case = "（2017）鲁0902执2号"
    assert outcomes(found, case, "zb_notice_and_report") == ["breached"]
    assert outcomes(found, case, "zb_min_3m") == ["met"]


def test_a_ground_that_no_export_has_a_column_for_is_unknown_not_missing(found):
    assert outcomes(found, "（2017）鲁0902执3号", "zjzx_grounds") == ["unknown"]


def test_courts_one_by_one_give_what_they_give_together(held, found):
    parts = [check_snapshot(held.only([c]), DAY, everything=True) for c in ("鲁09", "鲁0902")]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), found)
