"""What a report is made of, before any format: texts, figures, tables, pictures, case cards.

Every format (HTML, PDF, DOCX) is written from these, so that their words and figures cannot
differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Block", "CaseCard", "Cell", "Contents", "Figure", "Figures", "Heading", "Items", "Part"]
__all__ += ["Pair", "Picture", "Table", "Text"]


@dataclass(frozen=True)
class Cell:
    """One cell or one run of words that leads somewhere: ``href`` is an anchor of the page."""

    text: str
    href: str | None = None


@dataclass(frozen=True)
class Text:
    """One paragraph; `tone` is ``plain``, ``lead``, ``notice``, ``warning`` or ``small``."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True)
class Heading:
    """A heading inside a part; `level` 3 or 4."""

    text: str
    level: int = 3
    anchor: str | None = None


@dataclass(frozen=True)
class Items:
    """A list of sentences, each with an optional way to its cases; numbered if `ordered`."""

    items: Sequence[Cell | str]
    ordered: bool = False


@dataclass(frozen=True)
class Pair:
    """Two blocks side by side, each under its heading; one below the other where it is narrow."""

    left: tuple[str, "Block"]
    right: tuple[str, "Block"]


@dataclass(frozen=True)
class Contents:
    """The way to the parts of a page."""

    title: str
    items: Sequence[Cell]


@dataclass(frozen=True)
class Figure:
    """One number with its name, and the anchor of the cases behind it."""

    name: str
    value: str
    href: str | None = None
    tone: str = "plain"
    unit: str = ""


@dataclass(frozen=True)
class Figures:
    """A row of key figures; `strip` sets them small, all in one line."""

    figures: Sequence[Figure]
    strip: bool = False


@dataclass(frozen=True)
class Table:
    """A table: `kinds` is one letter a column (t text, n number, d day, c case, s short text)."""

    key: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    kinds: str
    caption: str
    note: str = ""
    widths: Sequence[int] = ()


@dataclass(frozen=True)
class Picture:
    """A drawing as SVG, with words for those who do not see it."""

    svg: str
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class CaseCard:
    """One case: facts, timeline, findings; `anchor` is where every link to it leads."""

    anchor: str
    title: str
    facts: Sequence[tuple[str, str]]
    blocks: Sequence["Block"]


Block = Text | Contents | Heading | Items | Pair | Figures | Table | Picture | CaseCard


@dataclass(frozen=True)
class Part:
    """One part of a report, shown in a notebook by ending a cell with it.

    Attributes
    ----------
    key : id of the part and of its anchor
    title : heading
    blocks : what stands in it, in order
    lang : language of the words
    """

    key: str
    title: str
    blocks: Sequence[Block] = field(default=())
    lang: str = "zh"

    def __repr__(self):
        return f"<Part {self.key}>"

    def _repr_html_(self) -> str:
        from audit_lib.report.markup import part_html

        return part_html(self)
