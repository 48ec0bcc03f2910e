import re

import pandas as pd
import pytest
from court_names import AS_OF, CODE, COURT
from courts import make_frames, write_court
from reading import page_text

from audit_lib.errors import MissingColumn, UnknownCode, UnreadableSource
from audit_lib.report import court_report, load_court
from audit_lib.report.court import COURT_PARTS
from audit_lib.report.figures import count_figures, finding_rows, money_held
from audit_lib.report.settings import load_settings


@pytest.fixture(scope="module")
def report(tables):
    return court_report(tables)


@pytest.fixture(scope="module")
def page(report):
    return report.to_html()


def test_a_report_has_every_part_in_order_and_each_is_shown_by_name(report):
    assert [part.key for part in report] == ["cover", "follow_up", "summary", *COURT_PARTS]
    assert "两分钟摘要" in report.summary._repr_html_()
    with pytest.raises(AttributeError, match="no part `weather`"):
        _ = report.weather


def test_the_first_page_says_lead_not_verdict_and_invented(report):
    first = report.cover._repr_html_()
    assert "不是对任何人的认定" in first
    assert "程序虚构" in first


def test_every_link_of_the_page_leads_somewhere_in_it(page):
    anchors = set(re.findall(r' id="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert len(links) > 50
    assert set(links) <= anchors


def test_no_anchor_stands_twice(page):
    anchors = re.findall(r' id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))


def test_the_page_allows_no_outside_source_and_has_no_script(page):
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=\"(?!#)[^\"]*", page)
    outside = re.findall(r"https?://[^\"' <)]+", page)
    assert set(outside) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_the_same_tables_give_the_same_bytes(tables, page):
    assert court_report(tables).to_html() == page


def test_days_and_money_are_written_in_chinese(page):
    text = page_text(page)
    assert "2016年12月28日" in text
    assert "万元" in text
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)


def test_a_report_in_english_has_no_chinese_heading(tables):
    report = court_report(tables, "en")
    headings = re.findall(r"<h[23][^>]*>([^<]*)<", report.summary._repr_html_())
    assert headings
    assert not re.search(r"[\u4e00-\u9fff]", "".join(headings))


def test_an_unknown_language_or_audience_is_refused(tables):
    with pytest.raises(UnknownCode, match="language"):
        court_report(tables, "fr")
    with pytest.raises(UnknownCode, match="audience"):
        court_report(tables, "zh", "neighbours")


def test_figures_equal_a_plain_count_of_the_tables(tables, frames):
    figures = count_figures(tables)
    check, cases = frames["check"], frames["cases"]
    assert figures["cases"] == len(cases)
    assert figures["open_cases"] == cases["closed_on"].isna().sum()
    assert figures["overdue"] == (check["outcome"] == "overdue").sum()
    found = check[check["outcome"].isin(["late", "overdue", "breached"])]
    assert figures["cases_with_findings"] == found["case_no"].nunique()
    assert figures["findings"] == len(finding_rows(tables)) == len(found)


def test_an_event_after_the_audit_day_is_not_seen(frames, tmp_path):
    later = (
        frames["events"]
        .head(1)
        .assign(event="money_received", day=AS_OF + pd.Timedelta(days=1), amount=9e9)
    )
    changed = frames | {"events": pd.concat([frames["events"], later], ignore_index=True)}
    before = money_held(load_court(write_court(tmp_path / "a", frames)))
    after = money_held(load_court(write_court(tmp_path / "b", changed)))
    assert before["received"].sum() == after["received"].sum()


@pytest.mark.parametrize("given", [[], ["cases"], ["check", "events"], ["campaign", "claims"]])
def test_any_table_may_be_absent_and_the_report_says_so(tmp_path, given):
    kept = {name: frame for name, frame in make_frames(12).items() if name in given}
    report = court_report(load_court(write_court(tmp_path, kept)))
    assert "本轮没有的数据" in report.not_checkable._repr_html_()
    assert COURT in report.to_html()


@pytest.mark.parametrize("emptied", [["cases"], ["check", "events"], list(make_frames(12))])
def test_any_table_may_be_empty(tmp_path, emptied):
    frames = make_frames(12)
    frames |= {name: frames[name].iloc[:0] for name in emptied}
    assert "未能核查的事项" in court_report(load_court(write_court(tmp_path, frames))).to_html()


def test_a_folder_that_is_no_court_is_refused(tmp_path):
    with pytest.raises(UnreadableSource, match="audit round"):
        load_court(tmp_path)


def test_a_broken_table_is_refused_by_name(tmp_path, frames):
    folder = write_court(tmp_path, frames)
    (folder / "check.parquet").write_bytes(b"no parquet")
    with pytest.raises(UnreadableSource, match=r"check\.parquet"):
        load_court(folder)


def test_a_table_without_court_and_case_is_refused(tmp_path, frames):
    folder = write_court(tmp_path, frames | {"check": pd.DataFrame({"a": [1]})})
    with pytest.raises(MissingColumn, match="check"):
        load_court(folder)


def test_a_case_that_only_a_petition_names_says_that_the_record_has_none(tmp_path):
    frames = make_frames(12)
    frames["claims"] = frames["claims"].assign(case_no=f"（2016）{CODE}执999号")
    page = court_report(load_court(write_court(tmp_path, frames))).to_html()
    assert "记录中没有此案号的案件" in page


def test_long_tables_are_cut_and_say_how_many_rows_there_are(tmp_path):
    frames = make_frames(300)
    report = court_report(load_court(write_court(tmp_path, frames)))
    assert "其余见电子表格" in report.findings._repr_html_()
    assert report.cases._repr_html_().count("<article") <= load_settings().rows.cards
    assert len(report.to_html().encode()) < 2_000_000
