"""What stands in a report: the first page, the views of other rooms, words instead of codes."""

import html
import re

import openpyxl
import pandas as pd
import pytest
from court_names import CODE
from courts import make_frames, write_court
from reading import page_text

from audit_lib.report import (
    bulletin,
    circular,
    court_report,
    load_court,
    overview_report,
    write_overview_workbook,
    write_workbook,
)
from audit_lib.report.court import keep_small
from audit_lib.report.rulebook import english_article
from audit_lib.report.settings import load_settings
from audit_lib.report.sheet import Sheet
from audit_lib.report.texts import text_columns
from audit_lib.report.wording import Words

HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def page(tables):
    return court_report(tables).to_html()


def test_the_first_page_has_the_ledger_the_figures_and_what_to_explain(tables):
    first = page_text("".join(p._repr_html_() for p in list(court_report(tables))[:3]))
    for words in ("逾期未整改", "整改后再现", "按期整改", "有改进", "未改进", "需要说明的三件事"):
        assert words in first


@pytest.mark.parametrize(("day", "named"), [(None, True), (0, True), (1, False), (2, False)])
def test_a_duty_is_better_only_where_enough_was_due_on_both_days(tables, day, named):
    trend = tables["trend"].copy()
    if day is not None:  # the first of the three days is compared with nothing
        trend.loc[trend["as_of"] == sorted(trend["as_of"].unique())[day], "due"] = 9
    report = court_report(tables.with_frames({"trend": trend}))
    assert ("期内完成率" in page_text(report.summary._repr_html_())) is named


def test_the_views_of_law_and_campaign_stand_in_the_report(page):
    for table in (
        "forecast faults rulings conditions suspicion suspects selective strike terms teams "
        "receipts aid duty-rules found routes"
    ).split():
        assert f'id="table-{table}"' in page, table


def test_every_link_of_a_report_leads_to_something(tables):
    for audience in ("inspectors", "court", "leaders", "public"):
        made = court_report(tables, "zh", audience).to_html()
        anchors = set(re.findall(r'id="([^"]+)"', made))
        assert set(re.findall(r'href="#([^"]+)"', made)) <= anchors | {"main"}


def test_every_finding_leads_to_its_rule_its_rows_and_its_timeline(page):
    for rule in re.findall(r'href="#table-(rule-[a-z0-9_]+)"', page):
        table = re.search(f'id="table-{rule}".*?</table>', page, re.S)[0]
        assert "cases.csv 第" in table
        assert re.search(r'href="#case-\d+"', table)


def test_an_english_report_keeps_no_chinese_but_what_the_record_says(tables):
    made = court_report(tables, "en").to_html()
    shown = page_text(made) + "\n".join(
        map(html.unescape, re.findall(r'aria-label="([^"]*)"', made))
    )
    quoted = {
        str(value)
        for frame in tables.frames.values()
        for column in text_columns(frame)
        for value in frame[column].dropna().unique()
    } | {tables.facts.court_name, tables.facts.stage, CODE}
    for value in sorted(filter(HAN.search, quoted), key=len, reverse=True):
        shown = shown.replace(value, "")
    assert [line for line in shown.splitlines() if HAN.search(line)] == []


def test_a_chinese_report_and_its_spreadsheet_show_no_codes(tables, page, tmp_path):
    codes = re.compile(r"\b[a-z]+_[a-z_]+\b")
    assert set(codes.findall(page_text(page))) <= {"return_items"}
    book = openpyxl.load_workbook(write_workbook(tables, tmp_path / "t.xlsx"))
    for sheet in book:
        cells = [str(c.value) for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
        found = set(codes.findall("\n".join(cells))) - {"return_items"}
        assert found == set(), (sheet.title, found)


def test_a_page_that_would_be_too_large_loses_its_last_timelines_and_says_so(tables, monkeypatch):
    report = court_report(tables)
    sheet = Sheet(tables, Words("zh"))
    small = load_settings().model_copy(update={"page_bytes": 100_000})
    monkeypatch.setattr(sheet, "settings", small)
    kept = keep_small(list(report), sheet)
    assert len(kept[-1].blocks) < len(report.cases.blocks)
    assert "未附时间线" in kept[-1].blocks[-1].text


def test_the_names_of_petitioners_registered_elsewhere_are_withheld_too(tmp_path):
    frames = make_frames(12)
    frames["claims"] = frames["claims"].assign(petitioner="司马青衫", note="text_says 司马青衫说")
    tables = load_court(write_court(tmp_path, frames))
    assert "司马青衫" not in court_report(tables, "zh", "court").to_html()
    write_workbook(tables, tmp_path / "t.xlsx", "zh", "leaders")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert "司马青衫" not in str([[c.value for c in row] for s in book for row in s.iter_rows()])


def test_the_copied_reasons_of_a_return_are_withheld_where_texts_are(tables):
    assert "王建军说过无财产" in court_report(tables, "zh", "inspectors").to_html()
    assert "说过无财产" not in court_report(tables, "zh", "leaders").to_html()


def test_an_overview_is_counted_without_reading_persons(court_folder):
    light = load_court(court_folder, whole=False)
    assert light["parties"]["name"].isna().all()
    assert overview_report([light]).to_html() == overview_report([court_folder]).to_html()


def test_the_spreadsheet_of_an_overview_names_courts_and_no_case(tables, tmp_path):
    write_overview_workbook([tables], tmp_path / "o.xlsx")
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    text = str([[c.value for c in row] for sheet in book for row in sheet.iter_rows()])
    assert tables.facts.court_name in text
    assert f"{CODE}执" not in text


def test_a_small_number_is_not_printed_in_the_bulletin(tmp_path):
    frames = make_frames(12)
    frames["campaign"] = frames["campaign"].assign(backlog=20, cleared_strict=1, open=2)
    text = page_text(bulletin([load_court(write_court(tmp_path, frames))]).html)
    assert "若干" in text


def test_a_circular_says_who_will_not_be_in_time(tables):
    assert "按近期进度难以按期清理完毕的" in page_text(circular([tables]).html)


def test_a_court_that_the_notice_does_not_bind_is_behind_nothing(tmp_path):
    frames = make_frames(12)
    frames["campaign"] = frames["campaign"].assign(
        backlog=5, target_on=pd.NaT, on_target=None, target_state="not_bound"
    )
    frames["forecast"] = frames["forecast"].assign(
        open_old=5, target_on=pd.NaT, outlook="stands_still"
    )
    frames["series"] = frames["series"].assign(open_old=5, target_line=None)
    court = load_court(write_court(tmp_path, frames))
    said = page_text(circular([court]).html)
    assert "难以按期清理完毕" not in said and "不在清理期限所依据的通知范围内" in said
    report = court_report(court)
    assert "无清理期限" in page_text(report.cleanups._repr_html_())
    assert "目标进度" not in page_text(report.cleanups._repr_html_())
    assert "没有清理一件" not in page_text(report.summary._repr_html_())


def test_a_circular_without_counts_says_nothing_of_the_notice(tmp_path):
    frames = {
        name: f for name, f in make_frames(12).items() if name not in ("campaign", "forecast")
    }
    court = load_court(write_court(tmp_path, frames))
    assert "通知范围内" not in page_text(circular([court]).html)


def test_a_court_where_nothing_moved_has_a_sentence_instead_of_empty_axes(tmp_path):
    frames = make_frames(12)
    frames["cases"] = frames["cases"].assign(filed_on=pd.Timestamp("2010-03-01"), closed_on=pd.NaT)
    court = load_court(write_court(tmp_path, frames))
    assert "近十二个月没有收案，也没有结案" in page_text(court_report(court).cleanups._repr_html_())


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("第四百八十七条第一款第（二）项", "art. 487, para. 1, item 2"),
        ("第一条、第二条、第五条", "art. 1, art. 2, art. 5"),
        ("第十一条", "art. 11"),
        ("", ""),
    ],
)
def test_an_article_is_cited_in_the_english_way(chinese, english):
    assert english_article(chinese) == english


def test_what_is_missing_before_an_act_is_named(tables):
    assert Words("zh").basis(None, "missing: consumption_limit, listing").startswith("记录未见：")
    assert "登记" not in Words("zh").basis(pd.NA, pd.NA)


def test_a_spreadsheet_too_large_for_the_memory_reads_the_same(tables, tmp_path, monkeypatch):
    def read(name):
        book = openpyxl.load_workbook(write_workbook(tables, tmp_path / name))
        return {s.title: list(s.iter_rows(values_only=True)) for s in book}

    whole = read("memory.xlsx")
    monkeypatch.setattr("audit_lib.report.workbook._CELLS_IN_MEMORY", 0)
    assert read("disk.xlsx") == whole
