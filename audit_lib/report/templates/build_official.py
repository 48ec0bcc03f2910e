"""Build ``official.docx``, the Word form of a court's document, after GB/T 9704-2012.

Run once, when the form itself changes: ``python audit_lib/report/templates/build_official.py``.
A clerk may then edit the result in Word; only the words between ``{{ }}`` and ``{% %}`` must
stay. Margins 37/35/28/26 mm, body 16 pt on exactly 28 pt, page numbers outside, red head.
"""

import io
import sys
import zipfile
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

RED = RGBColor(0xC8, 0x14, 0x1B)
TEXT_WIDTH_MM = 156
BODY, HEAD, TITLE, SUB = "仿宋_GB2312", "黑体", "方正小标宋简体", "楷体_GB2312"


def set_font(run_or_style, name: str, size: float) -> None:
    """Set the East Asian and the Latin font; python-docx sets only the latter."""
    run_or_style.font.name = "Times New Roman"
    run_or_style.font.size = Pt(size)
    properties = run_or_style.element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)


def add_style(document, name: str, font: str, size: float, line: float, **form):
    """Add a paragraph style with exact line spacing."""
    style = document.styles.add_style(name, 1)
    set_font(style, font, size)
    layout = style.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    layout.space_before, layout.space_after = Pt(form.get("before", 0)), Pt(form.get("after", 0))
    layout.keep_with_next = form.get("keep", False)
    layout.alignment = form.get("align")
    if form.get("indent"):
        indent = style.element.get_or_add_pPr().get_or_add_ind()
        indent.set(qn("w:firstLineChars"), "200")
        indent.set(qn("w:firstLine"), "640")
    if "colour" in form:
        style.font.color.rgb = form["colour"]
    return style


def add_field(paragraph, code: str) -> None:
    """Add a Word field such as the page number."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._element.append(mark)


def add_page_number(footer, align) -> None:
    """Write ``— 1 —`` at the outer edge."""
    paragraph = footer.paragraphs[0]
    paragraph.alignment = align
    for text, field in (("— ", None), (None, "PAGE"), (" —", None)):
        if field:
            add_field(paragraph, field)
        else:
            paragraph.add_run(text)
    for run in paragraph.runs:
        set_font(run, "宋体", 14)


def add_line_below(paragraph) -> None:
    """Draw the red line under the head."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "C8141B")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._element.get_or_add_pPr().append(borders)


def add_table(document, shape: str, widths: list[float], numbers: str) -> None:
    """Add the table of one shape: a head that repeats, and one row that docxtpl repeats."""
    count = len(widths)
    document.add_paragraph(f"{{%p elif block.shape == '{shape}' %}}", style="正文")
    document.add_paragraph("{{ block.caption }}", style="表题")
    table = document.add_table(rows=4, cols=count, style="Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    unit = TEXT_WIDTH_MM / sum(widths)
    for column, width in enumerate(widths):
        table.columns[column].width = Mm(width * unit)
        texts = (
            f"{{{{ block.columns[{column}] }}}}",
            "{%tr for row in block.rows %}" if column == 0 else "",
            f"{{{{ row[{column}] }}}}",
            "{%tr endfor %}" if column == 0 else "",
        )
        for row, text in enumerate(texts):
            cell = table.cell(row, column)
            cell.width = Mm(width * unit)
            cell.paragraphs[0].style = document.styles["表头" if row == 0 else "表文"]
            cell.paragraphs[0].add_run(text)
            if row == 2 and numbers[column] == "n":
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    head = table.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    head.append(repeat)
    for row in table.rows:
        whole = OxmlElement("w:cantSplit")
        whole.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(whole)


def build_template(shapes: dict[str, list[float]], kinds: dict[str, str]) -> bytes:
    """Build the form; the same shapes give the same bytes.

    Parameters
    ----------
    shapes : name of a table's shape → relative widths of its columns
    kinds : name of a table's shape → one letter a column, ``n`` for numbers
    """
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(28)
    document.settings.odd_and_even_pages_header_footer = True
    add_page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    add_page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    set_font(document.styles["Normal"], BODY, 16)
    centre = WD_ALIGN_PARAGRAPH.CENTER
    add_style(document, "发文机关", HEAD, 30, 42, align=centre, colour=RED)
    add_style(document, "发文字号", BODY, 16, 28, align=centre)
    add_style(document, "公文标题", TITLE, 22, 32, align=centre, before=18, after=12)
    add_style(document, "提示", HEAD, 11, 17, colour=RED)
    add_style(document, "主送", BODY, 16, 28)
    add_style(document, "一级标题", HEAD, 16, 28, indent=True, before=10, keep=True)
    add_style(document, "二级标题", SUB, 16, 28, indent=True, keep=True)
    add_style(document, "正文", BODY, 16, 28, indent=True)
    add_style(document, "小字", BODY, 11, 16)
    add_style(document, "表题", HEAD, 12, 20, before=8, keep=True)
    add_style(document, "表头", HEAD, 10.5, 14)
    add_style(document, "表文", BODY, 10.5, 14)
    add_style(document, "落款", BODY, 16, 28, align=WD_ALIGN_PARAGRAPH.RIGHT, keep=True)
    add = document.add_paragraph
    add("{{ issuer }}", style="发文机关")
    add_line_below(add("{{ number }}", style="发文字号"))
    add("{{ title }}", style="公文标题")
    for text, style in (
        ("{%p for notice in notices %}", "提示"),
        ("{{ notice }}", "提示"),
        ("{%p endfor %}", "提示"),
        ("{%p if addressee %}", "主送"),
        ("{{ addressee }}", "主送"),
        ("{%p endif %}", "主送"),
        ("{%p for section in sections %}", "正文"),
        ("{{ section.title }}", "一级标题"),
        ("{%p for block in section.blocks %}", "正文"),
        ("{%p if block.kind == 'text' and block.tone == 'small' %}", "正文"),
        ("{{ block.text }}", "小字"),
        ("{%p elif block.kind == 'text' and block.tone == 'lead' %}", "正文"),
        ("{{ block.text }}", "二级标题"),
        ("{%p elif block.kind == 'text' %}", "正文"),
        ("{{ block.text }}", "正文"),
    ):
        add(text, style=style)
    for shape, widths in shapes.items():
        add_table(document, shape, widths, kinds[shape])
    for text, style in (
        ("{%p endif %}", "正文"),
        ("{%p endfor %}", "正文"),
        ("{%p endfor %}", "正文"),
        ("{%p if attachments %}", "正文"),
        ("{%p for line in attachments %}", "正文"),
        ("{{ line }}", "正文"),
        ("{%p endfor %}", "正文"),
        ("{%p endif %}", "正文"),
        ("{{ signature }}", "落款"),
        ("{{ signed_on }}", "落款"),
    ):
        add(text, style=style)
    content = io.BytesIO()
    document.save(content)
    return _repeatable(content.getvalue())


def _repeatable(content: bytes) -> bytes:
    """Write a zip again without its times."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return result.getvalue()


if __name__ == "__main__":
    from audit_lib.report.dossier import TABLE_KINDS, TABLE_SHAPES

    target = Path(__file__).with_name("official.docx")
    target.write_bytes(build_template(TABLE_SHAPES, TABLE_KINDS))
    print(f"{target.name}: {target.stat().st_size} bytes", file=sys.stderr)
