import datetime
import io
import re
import time
from itertools import pairwise

import openpyxl
import pytest
from court_names import CODE, COURT
from courts import make_frames, write_court
from docx import Document
from docx.shared import Mm
from pypdf import PdfReader
from reading import bare, docx_pieces, page_text, pdf_text

from audit_lib.errors import BadRound, CannotWrite, NoVersionInForce
from audit_lib.record import write_table
from audit_lib.report import (
    bulletin,
    circular,
    court_report,
    dossier,
    load_court,
    overview_report,
    template_folder,
    write_workbook,
)
from audit_lib.report.dossier import TABLE_KINDS, TABLE_SHAPES
from audit_lib.report.figures import count_figures, finding_rows
from audit_lib.report.issuing import supervision_article
from audit_lib.report.wordfile import fill_template
from audit_lib.report.wording import Words


@pytest.fixture(scope="module")
def letter(tables):
    return dossier(tables)


@pytest.fixture(scope="module")
def pdf(letter):
    return letter.to_pdf()


@pytest.fixture(scope="module")
def docx(letter):
    return fill_template(letter.content(), letter.day)


def assert_in_order(pieces, text):
    place = 0
    for piece in pieces:
        found = text.find(piece, place)
        assert found >= 0, f"{piece!r} is not in the other format after position {place}"
        place = found + len(piece)


def test_pdf_docx_and_html_agree_word_for_word(letter, docx):
    pieces = docx_pieces(docx)
    text = pdf_text(letter.to_pdf(repeat_heads=False))
    assert len(pieces) > 200
    assert_in_order(pieces, text)
    assert len("".join(pieces)) == len(text)
    page = bare(page_text(letter.html))
    missing = [piece for piece in pieces if piece not in page]
    assert missing == []


@pytest.mark.parametrize("make", [circular, bulletin])
def test_circular_and_bulletin_agree_in_both_formats(tables, make):
    document = make([tables])
    pieces = docx_pieces(fill_template(document.content(), document.day))
    assert_in_order(pieces, pdf_text(document.to_pdf(repeat_heads=False)))


def test_bytes_of_pdf_docx_and_xlsx_repeat(tables, letter, pdf, docx, tmp_path):
    write_workbook(tables, tmp_path / "a.xlsx")
    time.sleep(1.1)  # a time of saving would show
    write_workbook(tables, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert letter.to_pdf() == pdf
    assert fill_template(letter.content(), letter.day) == docx


def test_pdf_text_can_be_searched_and_its_fonts_are_inside(pdf):
    reader = PdfReader(io.BytesIO(pdf))
    assert "人民法院" in reader.pages[0].extract_text()
    fonts = [
        font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert any(key in inner for key in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_the_word_file_has_the_form_of_an_official_document(docx):
    document = Document(io.BytesIO(docx))
    section = document.sections[0]
    assert abs(section.page_width - Mm(210)) < Mm(0.2)
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    for given, wanted in zip(margins, (37, 35, 28, 26), strict=True):
        assert abs(given - Mm(wanted)) < Mm(0.2)
    assert document.styles["正文"].font.size.pt == 16
    assert document.styles["公文标题"].font.size.pt == 22
    assert document.styles["正文"].paragraph_format.line_spacing.pt == 28
    assert "PAGE" in section.footer._element.xml and "PAGE" in section.even_page_footer._element.xml


def test_the_committed_word_template_is_what_its_script_builds():
    import sys

    sys.path.insert(0, str(template_folder()))
    try:
        from build_official import build_template
    finally:
        sys.path.pop(0)
    built = build_template(TABLE_SHAPES, TABLE_KINDS)
    committed = (template_folder() / "official.docx").read_bytes()
    assert docx_pieces(built) == docx_pieces(committed)


def test_a_dossier_without_a_confirmed_interview_is_refused(tmp_path, frames):
    tables = load_court(write_court(tmp_path, frames, interviews=[]))
    with pytest.raises(BadRound, match="interviews"):
        dossier(tables)


def test_a_court_elsewhere_is_called_under_the_national_text(tmp_path, frames, letter):
    place = {"court_code": "津0116", "court_name": "某区人民法院", "as_of": "2022-03-28"}
    call = {"interviews": [{"court": "津0116", "by": "执行局局长", "on": "2022-03-29"}]}
    elsewhere = dossier(load_court(write_court(tmp_path, frames, **place, **call))).html
    assert "泰中法" in letter.html and "泰安市中级人民法院" in letter.html
    assert "泰中法" not in elsewhere and "泰安市中级人民法院" not in elsewhere
    assert "法释〔1998〕15号）第七十一条" in elsewhere and "条文未经核对" in elsewhere


def test_a_day_before_the_national_text_is_one_clear_message():
    with pytest.raises(NoVersionInForce, match="known for 1998-07-17"):
        supervision_article(datetime.date(1998, 7, 17))
    assert supervision_article(datetime.date(1998, 7, 18)) == "第一百二十九条"


def test_a_dossier_has_everything_an_interview_needs(letter):
    keys = [section.key for section in letter.sections]
    assert keys == ["notice", "facts", "issues", "questions", "promises", "ledger", "reply"]
    text = bare(page_text(letter.html))
    assert COURT in text
    assert "执行局局长于2016年12月29日确认" in text
    for duty in ("财产查控处置到位", "流程节点管控到位", "文明执行到位"):
        assert duty in text


def test_figures_are_the_same_in_html_pdf_docx_xlsx_and_csv(tables, pdf, docx, tmp_path):
    words, figures = Words("zh"), count_figures(tables)
    write_workbook(tables, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    in_xlsx = dict(book["主要数字"].iter_rows(min_row=2, values_only=True))
    pieces = docx_pieces(docx)
    in_docx = dict(pairwise(pieces))
    page = court_report(tables).summary._repr_html_()
    in_html = dict(re.findall(r"<dt>([^<]*)</dt><dd>(?:<a[^>]*>)?([^<]*)", page))
    in_pdf = pdf_text(pdf)
    names = "open_cases cases_with_findings silent_cases petitions_supported money_held".split()
    for name in names:
        label = words.of("figure", name)
        money = name == "money_held"
        shown = words.yuan(figures[name]) if money else f"{words.number(figures[name])}件"
        assert in_xlsx[label] == figures[name]
        assert in_docx[bare(label)] == bare(shown) == bare(in_html[label])
        assert bare(label + shown) in in_pdf
    write_table(finding_rows(tables), tmp_path / "check.csv")
    lines = (tmp_path / "check.csv").read_text("utf-8-sig").strip().split("\n")
    findings = book[words.of("table", "check")]
    assert len(lines) - 1 == figures["findings"] == findings.max_row - 1


def test_every_sheet_has_a_frozen_head_a_filter_and_days_as_days(tables, tmp_path):
    write_workbook(tables, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref
    cases = book["案件"]
    heads = [cell.value for cell in cases[1]]
    filed = cases.cell(2, heads.index("立案日期") + 1)
    assert filed.is_date
    assert "id_no" not in heads and "证件号码" not in heads


def test_an_overview_holds_no_case_and_no_person(tables):
    page = overview_report([tables]).to_html()
    assert COURT in page
    assert f"{CODE}执" not in page
    assert not re.search("王建军|赵明远", page)


def test_an_output_folder_that_is_not_there_gives_one_clear_message(tables, tmp_path):
    with pytest.raises(CannotWrite, match="could not be written"):
        write_workbook(tables, tmp_path / "nowhere" / "t.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_same_court_twice_adds_up(tmp_path, frames):
    two = [load_court(write_court(tmp_path / name, make_frames(12))) for name in ("a", "b")]
    text = page_text(overview_report(two).summary._repr_html_())
    assert "24" in text
