"""The monthly workbook: the form goes out, comes back, and loses nothing."""

import datetime

import openpyxl
import pandas as pd
import pytest

from audit_lib.campaign import read_return_workbook, read_spans, write_return_form
from audit_lib.errors import CannotWrite, UnreadableSource

DAY = datetime.date(2016, 12, 28)
SAID = ["case_no", "category", "reason", "plan", "promised_on"]


@pytest.fixture
def spans(snapshot):
    return read_spans(snapshot, DAY)


@pytest.fixture
def filled(spans, tmp_path):
    """A form as it comes back, with texts that try something."""
    write_return_form(tmp_path / "form.xlsx", "鲁0902", "泰山区人民法院", "2016-12", spans)
    items = read_return_workbook(tmp_path / "form.xlsx", DAY).items
    texts = ['=HYPERLINK("http://x","y")', "+cmd|calc", "@x", "<b>一</b>\n二", "-", "正在评估"]
    # `-` is what people write for nothing, and is read so.
    items = items.assign(reason=[texts[n % 4] for n in range(len(items))], plan=texts[5],
                         promised_on=pd.Timestamp("2017-02-20"))  # fmt: skip
    returns = pd.DataFrame({
        "court_code": "鲁0902", "month": "2016-12", "closed_count": [2, 1, 0],
        "category": ["livelihood", "party_organ", "petition"], "open_count": [6, 1, 1],
        "submitted_on": pd.Timestamp("2016-12-28"),
    })  # fmt: skip
    return returns, items


def test_the_form_lists_the_open_cases_and_leaves_the_counts_to_the_court(spans, tmp_path):
    path = write_return_form(tmp_path / "f.xlsx", "鲁0902", "泰山区人民法院", "2016-12", spans)
    book = read_return_workbook(path, DAY)
    assert len(book.items) == 7
    assert set(book.items["court_code"]) == {"鲁0902"}
    assert book.returns.empty
    assert set(book.problems["reason"]) == {"title_row", "missing_value"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_form_that_was_filled_in_reads_back_without_loss(filled, spans, tmp_path, lang):
    returns, items = filled
    path = write_return_form(tmp_path / "f.xlsx", "鲁0902", "泰山区人民法院", "2016-12", spans,
                             returns=returns, items=items, lang=lang)  # fmt: skip
    book = read_return_workbook(path, DAY)
    pd.testing.assert_frame_equal(book.items[SAID], items[SAID])
    assert book.returns["open_count"].tolist() == [6, 1, 1]
    assert book.returns["submitted_on"].tolist() == [pd.Timestamp("2016-12-28")] * 3
    assert set(book.problems["reason"]) == {"title_row"}


def test_no_text_of_a_form_is_a_formula(filled, spans, tmp_path):
    returns, items = filled
    path = write_return_form(tmp_path / "f.xlsx", "鲁0902", "=cmd()", "2016-12", spans,
                             returns=returns, items=items)  # fmt: skip
    cells = [c for sheet in openpyxl.load_workbook(path) for row in sheet for c in row]
    assert [c.coordinate for c in cells if c.data_type == "f"] == []


def test_the_same_form_has_the_same_bytes(spans, tmp_path):
    paths = [
        write_return_form(tmp_path / f"{n}.xlsx", "鲁0902", "泰山区人民法院", "2016-12", spans)
        for n in "ab"
    ]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"a.xlsx", "b.xlsx"}


def test_a_courts_own_workbook_is_read_by_its_headers_and_titles(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "12月份"
    sheet.append(["泰山区法院涉民生案件清理情况（2016年12月）"])
    sheet.append(["序号", "案 号", "未结\n原因", "下一步打算", "预计办结时限"])
    sheet.append([1, "(2016)鲁0902执1号", "下落不明", "查找", "2017年2月3日"])
    sheet.append([2, "（2016）鲁0902执5号", "=1+1", "查找", "尽快"])
    sheet.append(["合计", None, None, None, None])
    book.create_sheet("说明").append(["联系电话"])
    path = tmp_path / "泰山.xlsx"
    book.save(path)
    read = read_return_workbook(path, DAY, court_code="鲁0902")
    assert read.items["case_no"].tolist() == ["（2016）鲁0902执1号", "（2016）鲁0902执5号"]
    assert set(read.items["month"]) == {"2016-12"}
    assert set(read.items["category"]) == {"livelihood"}
    assert read.items["promised_on"].tolist()[0] == pd.Timestamp("2017-02-03")
    assert {"formula_in_cell", "bad_date", "unknown_table"} <= set(read.problems["reason"])


def test_what_a_court_reports_of_its_measures_is_read(filled, spans, tmp_path):
    path = write_return_form(tmp_path / "f.xlsx", "鲁0902", "泰山区人民法院", "2016-12", spans)
    book = openpyxl.load_workbook(path)
    book["专项活动情况"]["B5"] = 3
    book.save(path)
    measures = read_return_workbook(path, DAY).measures.set_index("item")["answer"]
    assert measures["meetings"] == "3"
    assert measures.isna().sum() == 6


def test_what_is_no_workbook_of_returns_is_refused(tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(UnreadableSource, match="holds no sheet"):
        read_return_workbook(tmp_path / "x.xlsx", DAY)
    with pytest.raises(UnreadableSource, match="does not exist"):
        read_return_workbook(tmp_path / "none.xlsx", DAY)


def test_a_form_that_cannot_be_written_leaves_nothing(spans, tmp_path):
    with pytest.raises(CannotWrite):
        write_return_form(tmp_path / "no" / "f.xlsx", "鲁0902", "x", "2016-12", spans)
    with pytest.raises(CannotWrite, match="xlsx"):
        write_return_form(tmp_path / "f.xls", "鲁0902", "x", "2016-12", spans)
    assert list(tmp_path.iterdir()) == []


def test_the_form_locks_what_is_known_and_holds_the_rest_to_its_kind(spans, tmp_path):
    path = write_return_form(tmp_path / "f.xlsx", "鲁0902", "泰山区人民法院", "2016-12", spans)
    book = openpyxl.load_workbook(path)
    counts, items = book["月报"], book["未结案件明细"]
    assert counts.protection.sheet and items.protection.sheet
    assert [counts.cell(4, n).protection.locked for n in range(1, 7)] == [True] * 3 + [False] * 3
    assert [items.cell(4, n).protection.locked for n in range(1, 8)] == [True] * 4 + [False] * 3
    assert (counts.freeze_panes, items.freeze_panes) == ("D4", "D4")
    assert items["G4"].number_format == "yyyy-mm-dd"
    rules = {str(v.sqref).split(":")[0][0]: v for v in items.data_validations.dataValidation}
    assert rules["C"].formula1 == '"涉民生,涉党政机关,涉信访"'
    assert rules["G"].type == "date" and "日期" in rules["G"].error


def test_a_case_that_the_court_adds_needs_only_its_number_and_category(filled, spans, tmp_path):
    returns, items = filled
    path = write_return_form(tmp_path / "f.xlsx", "鲁0902", "泰山区人民法院", "2016-12", spans,
                             returns=returns, items=items)  # fmt: skip
    book = openpyxl.load_workbook(path)
    sheet = book["未结案件明细"]
    last = 4 + len(items)
    sheet.cell(last, 3, "涉民生"), sheet.cell(last, 4, "(2016)鲁0902执99号")
    sheet.cell(last, 5, "漏列"), sheet.cell(last, 7, datetime.datetime(2017, 2, 3))
    book.save(path)
    added = read_return_workbook(path, DAY).items.iloc[-1]
    assert (added["court_code"], added["month"]) == ("鲁0902", "2016-12")
    assert (added["case_no"], added["promised_on"]) == (
        "（2016）鲁0902执99号", pd.Timestamp("2017-02-03"),
    )  # fmt: skip
