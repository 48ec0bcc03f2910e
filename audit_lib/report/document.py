"""An official document: one content, written as HTML, PDF and DOCX that agree word for word.

Takes sections of blocks; the PDF is set by typst, the DOCX is filled into
``templates/official.docx``, which a clerk may edit in Word (GB/T 9704 in both).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from audit_lib.labels import Lang, label
from audit_lib.report.blocks import Block, Items, Part, Table, Text
from audit_lib.report.drawing import font_folder
from audit_lib.report.markup import part_html
from audit_lib.report.page import page_html, save_bytes, template_folder
from audit_lib.report.wording import Words

__all__ = ["OfficialDocument", "Section"]


@dataclass(frozen=True)
class Section:
    """One numbered section of a document."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class OfficialDocument:
    """A document of a court, in every format the same words.

    Attributes
    ----------
    title : heading
    issuer : the court that writes, on the red head
    number : document number, with room for a clerk to fill in
    notices : sentences above the text that must not be overlooked
    addressee : whom it is for; may be empty
    sections : Section, in order
    attachments : names of what is attached
    signature, signed_on : who signs and the line for the day
    day : the audit day; every format carries it as its time of making
    lang : ``zh`` or ``en``
    """

    title: str
    issuer: str
    number: str
    sections: Sequence[Section] = field(repr=False)
    day: pd.Timestamp
    notices: Sequence[str] = ()
    addressee: str = ""
    attachments: Sequence[str] = ()
    signature: str = ""
    signed_on: str = ""
    lang: Lang = "zh"

    def content(self) -> dict:
        """Return the words of the document as plain data, as both templates take them."""
        return {
            "lang": self.lang,
            "title": self.title,
            "issuer": self.issuer,
            "number": self.number,
            "notices": list(self.notices),
            "addressee": self.addressee,
            "sections": [
                {"title": s.title, "blocks": [b for block in s.blocks for b in _plain(block)]}
                for s in self.sections
            ],
            "attachments": self._attached(),
            "signature": self.signature,
            "signed_on": self.signed_on,
        }

    def _attached(self) -> list[str]:
        """Return the lines that name what is attached, the first with its heading."""
        title = Words(self.lang)("attachments")
        pad = "\u3000" * len(title) if self.lang == "zh" else ""
        return [(pad if n else title) + name for n, name in enumerate(self.attachments)]

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the sections as parts of a page."""
        head = [Text(self.number, "centre"), *(Text(n, "notice") for n in self.notices)]
        if self.addressee:
            head.append(Text(self.addressee))
        parts = [Part("cover", self.title, head, self.lang)]
        parts += [Part(s.key, s.title, s.blocks, self.lang) for s in self.sections]
        end = [Text(line) for line in (*self._attached(), self.signature, self.signed_on)]
        parts.append(
            Part("signature", label("report_part", "signature", self.lang), end, self.lang)
        )
        return tuple(parts)

    def _repr_html_(self) -> str:
        return "".join(map(part_html, self.parts))

    @property
    def html(self) -> str:
        """Return the document as one page that needs no network."""
        return page_html(self.title, list(self.parts), self.lang)

    def to_pdf(self, repeat_heads: bool = True) -> bytes:
        """Set the document by typst.

        Parameters
        ----------
        repeat_heads : repeat the head of a table on every page that it runs over

        Returns
        -------
        bytes
            A PDF with its fonts inside; the same content gives the same bytes.
        """
        import typst

        data = json.dumps(self.content() | {"repeat": repeat_heads}, ensure_ascii=False)
        return typst.compile(
            str(template_folder() / "official.typ"),
            root=str(template_folder()),
            format="pdf",
            font_paths=[str(font_folder())],
            ignore_system_fonts=True,
            sys_inputs={"data": data},
            timestamp=int(datetime(*self.day.timetuple()[:3], tzinfo=UTC).timestamp()),
        )

    def write_pdf(self, path) -> Path:
        """Write the PDF; beside its place, then renamed.

        Raises
        ------
        CannotWrite
            The file could not be written.
        """
        return save_bytes(path, self.to_pdf())

    def write_docx(self, path) -> Path:
        """Write the DOCX from ``templates/official.docx``; beside its place, then renamed."""
        from audit_lib.report.wordfile import fill_template

        return save_bytes(path, fill_template(self.content(), self.day))


def _plain(block: Block) -> list[dict]:
    """Return a block as plain data: paragraphs and tables are all that a document has."""
    if isinstance(block, Text):
        return [{"kind": "text", "tone": block.tone, "text": block.text}]
    if isinstance(block, Items):
        texts = [item if isinstance(item, str) else item.text for item in block.items]
        if block.ordered:
            texts = [f"{number}. {text}" for number, text in enumerate(texts, start=1)]
        return [{"kind": "text", "tone": "plain", "text": text} for text in texts]
    if isinstance(block, Table):
        rows = [[c if isinstance(c, str) else c.text for c in row] for row in block.rows]
        table = {
            "kind": "table",
            "shape": block.key,
            "caption": block.caption,
            "columns": list(block.columns),
            "rows": rows,
            "widths": list(block.widths) or [1] * len(block.columns),
            "kinds": block.kinds,
        }
        note = [{"kind": "text", "tone": "small", "text": block.note}] if block.note else []
        return [table, *note]
    raise TypeError(f"a document cannot hold a {type(block).__name__}")
