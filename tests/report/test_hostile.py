"""Texts that want to be more than text, through every format."""

import io
import zipfile

import openpyxl
import pandas as pd
import pytest
from court_names import CODE
from courts import make_frames, write_court
from lxml import etree
from reading import bare, docx_pieces, page_text, pdf_text

from audit_lib.record import write_table
from audit_lib.report import circular, court_report, dossier, load_court, write_workbook
from audit_lib.report.wordfile import fill_template
from audit_lib.report.wording import clean_text

MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></table><h1>x",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!--",
    "-->",
    "]]>",
    "&lt;b&gt;",
    "&#x3c;script&#x3e;",
    "javascript:alert(1)",
    "<a href='https://example.org'>x</a>",
    "<style>*{display:none}</style>",
    "<iframe src=//example.org>",
    "</title><base href=//example.org>",
    "</svg><foreignObject>",
]
FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
]
TEMPLATES = [
    "{{ 7*7 }}",
    "{% for x in y %}",
    "{%p if 1 %}",
    "{#",
    "{{r x }}",
    "{%tr endfor %}",
    "#evil[*x*]",
    '#import "x"',
    "$x^2$",
    "*bold* _it_ `raw`",
    "\\u{1F600} \\",
    "// comment",
    "= 标题",
    "@label <label>",
    "%%html",
    "![x](http://x)",
    "[x](javascript:alert(1))",
    "${jndi:ldap://x}",
    "%s %d {0} {name}",
    "$(rm -rf /)",
    "../../etc/passwd",
    "C:\\Windows\\system32",
    "'; DROP TABLE cases; --",
    "<w:p/>",
    'xmlns:w="x"',
]
ODD = [
    "张\u200b三\u200d丰",
    "\u202eabc\u202c",
    "\u2066x\u2069",
    "\ufeff头",
    "a\x00b\x08c\x1f",
    "\ud800x",
    "\ufffe\uffff",
    "𠮷野家𪚥",
    "😀👨‍👩‍👧",
    "אבג مرحبا",
    "ß ﬁ ﷽",
    "字" * 10_000,
    "x" * 10_000,
    "W " * 5_000,
    "1" * 400,
    "line\r\nbreak\n\n\nmore",
    "　全角　空格　",
    "e\u0301" * 50,
    "\u0e01\u0e49" * 30,
    "\U000e0041\U000e0042",
    "null",
    "NaN",
    "-",
    "True",
    "0000",
    "2016-12-28",
    "案号（2016）鲁0902执1号",
    "\u3164\u115f",
    "\u2028行\u2029段",
    "\x85\xa0",
]
MIXED = [f"{a}{b}" for a, b in zip(MARKUP * 2, FORMULAS * 5, strict=False)]
HOSTILE = [*MARKUP, *FORMULAS, *TEMPLATES, *ODD, *MIXED]


@pytest.fixture(scope="module")
def court(tmp_path_factory):
    """A court whose every text is hostile, each text in several tables."""
    frames = make_frames(len(HOSTILE))
    texts = [t.encode("utf-8", "ignore").decode() for t in HOSTILE]

    def spread(frame, columns):
        values = [texts[n % len(texts)] for n in range(len(frame))]
        return frame.assign(**dict.fromkeys(columns, values))

    frames["cases"] = spread(frames["cases"], ["cause", "handler", "note"])
    frames["parties"] = spread(frames["parties"], ["name"])
    frames["events"] = spread(frames["events"], ["party", "operator", "note", "asset_id"])
    frames["check"] = spread(frames["check"], ["handler", "evidence", "subject", "reason", "note"])
    frames["silence"] = spread(frames["silence"], ["handler", "pauses", "evidence"])
    frames["score"] = spread(frames["score"], ["handler", "reasons"])
    frames["select"] = spread(frames["select"], ["handler", "reasons"])
    petitions = frames["petitions"]
    frames["petitions"] = pd.DataFrame(
        {
            "petition_id": [f"P{n}" for n in range(len(texts))],
            "received_on": petitions["received_on"].iloc[0],
            "court_code": CODE,
            "petitioner": texts,
            "text": texts,
        }
    )
    claims = frames["claims"]
    frames["claims"] = pd.concat([claims] * (len(texts) // len(claims) + 1)).head(len(texts))
    frames["claims"] = frames["claims"].assign(petition_id=texts, quote=texts, evidence=texts)
    frames["return_items"] = spread(frames["return_items"], ["reason", "plan"])
    frames["inspections"] = spread(frames["inspections"], ["note", "round"])
    folder = tmp_path_factory.mktemp("hostile") / "court"
    return load_court(write_court(folder, frames, stage="<script>alert(2)</script>"))


def test_there_are_a_hundred_hostile_texts():
    assert len(set(HOSTILE)) >= 100


def test_no_hostile_text_becomes_markup_on_a_page(court):
    page = court_report(court).to_html()
    tree = etree.HTML(page)
    assert not tree.xpath("//script|//img|//iframe|//foreignObject|//base|//*[@onerror or @onload]")
    assert len(tree.xpath("//style")) == 1
    assert {a.get("href")[0] for a in tree.xpath("//a")} == {"#"}
    assert "<script>alert(1)</script>" in page_text(page)
    assert not any(mark in page for mark in "\u202e\u200b\u2066\x00")
    assert len(page.encode()) < 2_000_000


def test_no_hostile_text_becomes_markup_in_pdf_or_docx(court):
    letter = dossier(court)
    content = fill_template(letter.content(), letter.day)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            if name.endswith(".xml"):
                etree.fromstring(packed.read(name))
    pieces = docx_pieces(content)
    assert bare("{{ 7*7 }}") in "".join(pieces)
    assert "49" not in [p for p in pieces if p == "49"]
    shown = [bare(t) for t in TEMPLATES if bare(t) in "".join(pieces)]
    assert len(shown) > 5
    text = pdf_text(letter.to_pdf(repeat_heads=False))
    assert [t for t in shown if t not in text] == []
    circular([court]).to_pdf()


def test_no_hostile_text_becomes_a_formula(court, tmp_path):
    write_workbook(court, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "=1+1" for cell in cells)
    write_table(court["claims"], tmp_path / "t.csv")
    for line in (tmp_path / "t.csv").read_text("utf-8-sig").splitlines():
        assert not line.startswith(("=", "+", "@"))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_shown_has_no_unseen_character(text):
    shown = clean_text(text)
    assert shown.isprintable() or not shown
    assert clean_text(shown) == shown
