"""Reading outputs back as a stranger would: text of a page, a PDF, a Word file, any file."""

import html
import io
import re
import zipfile

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf import PdfReader


def bare(text: str) -> str:
    """Drop white space and the marks that allow a line to break."""
    return re.sub(r"[\s\u200b\u3000]+", "", text)


def page_text(page: str) -> str:
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", "\n", body))


def docx_pieces(content: bytes) -> list[str]:
    """Return every paragraph and cell of a Word file, in reading order."""
    document = Document(io.BytesIO(content))
    pieces = []
    for child in document.element.body.iterchildren():
        if child.tag.endswith("}p"):
            pieces.append(Paragraph(child, document).text)
        elif child.tag.endswith("}tbl"):
            for row in Table(child, document).rows:
                pieces += [cell.text for cell in row.cells]
    return [piece for piece in map(bare, pieces) if piece]


def pdf_text(content: bytes) -> str:
    """Return the text of a PDF without page numbers."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
    return bare("".join(re.sub(r"—\s*\d+\s*—", "", page) for page in pages))


def everything(content: bytes, name: str) -> str:
    """Return all text of a file, unpacked, with its metadata."""
    if name.endswith((".docx", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = [packed.read(n).decode("utf-8", "replace") for n in packed.namelist()]
        return "\n".join(map(html.unescape, parts))
    if name.endswith(".pdf"):
        reader = PdfReader(io.BytesIO(content))
        return "".join(p.extract_text() for p in reader.pages) + str(reader.metadata)
    return html.unescape(content.decode("utf-8-sig"))
