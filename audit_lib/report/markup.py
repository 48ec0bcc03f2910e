"""Blocks of a report as HTML: every word escaped here and nowhere else, no script, no request."""

from html import escape

from audit_lib.report.blocks import (
    Block,
    CaseCard,
    Cell,
    Contents,
    Figures,
    Heading,
    Items,
    Pair,
    Part,
    Picture,
    Table,
    Text,
)

__all__ = ["block_html", "part_html"]

_CLASS = {
    "t": "",
    "n": ' class="number"',
    "d": ' class="day"',
    "c": ' class="case-no"',
    "s": ' class="brief"',
}
# A table up to this many rows is kept on one page of paper; one of more columns is set smaller.
_SHORT, _WIDE = 12, 9


def part_html(part: Part) -> str:
    """Return one part as a section of a page.

    Examples
    --------
    >>> part_html(Part("funds", "案款", [Text("<b>")], "zh"))
    '<section id="part-funds" lang="zh-CN" aria-labelledby="title-funds"><h2 id="title-funds">案款</h2><p>&lt;b&gt;</p></section>'
    """  # noqa: E501
    key, lang = escape(part.key), "zh-CN" if part.lang == "zh" else "en"
    level = "h1" if part.key == "cover" else "h2"
    body = "".join(map(block_html, part.blocks))
    return (
        f'<section id="part-{key}" lang="{lang}" aria-labelledby="title-{key}">'
        f'<{level} id="title-{key}">{escape(part.title)}</{level}>{body}</section>'
    )


def block_html(block: Block) -> str:
    """Return one block as HTML."""
    return _WRITERS[type(block)](block)


def _inline(cell: Cell | str) -> str:
    if isinstance(cell, str):
        return escape(cell)
    if cell.href:
        return f'<a href="{escape(cell.href)}">{escape(cell.text)}</a>'
    return escape(cell.text)


def _text(block: Text) -> str:
    if block.tone == "plain":
        return f"<p>{escape(block.text)}</p>"
    role = ' role="note"' if block.tone in ("notice", "warning") else ""
    return f'<p class="{escape(block.tone)}"{role}>{escape(block.text)}</p>'


def _heading(block: Heading) -> str:
    anchor = f' id="{escape(block.anchor)}"' if block.anchor else ""
    level = 4 if block.level == 4 else 3
    return f"<h{level}{anchor}>{escape(block.text)}</h{level}>"


def _items(block: Items) -> str:
    tag = "ol" if block.ordered else "ul"
    rows = "".join(f"<li>{_inline(item)}</li>" for item in block.items)
    return f"<{tag}>{rows}</{tag}>"


def _contents(block: Contents) -> str:
    rows = "".join(f"<li>{_inline(item)}</li>" for item in block.items)
    title = escape(block.title)
    return f'<nav aria-label="{title}"><p class="title">{title}</p><ol>{rows}</ol></nav>'


def _figures(block: Figures) -> str:
    cells = "".join(
        f'<div class="figure {escape(f.tone)}"><dt>{escape(f.name)}</dt>'
        f"<dd>{_inline(Cell(f.value + f.unit, f.href))}</dd></div>"
        for f in block.figures
    )
    return f'<dl class="figures{" strip" if block.strip else ""}">{cells}</dl>'


def _pair(block: Pair) -> str:
    sides = "".join(
        f"<div><h3>{escape(title)}</h3>{block_html(side)}</div>"
        for title, side in (block.left, block.right)
    )
    return f'<div class="pair">{sides}</div>'


def _table(block: Table) -> str:
    key = escape(block.key)
    head = "".join(
        f'<th scope="col"{_CLASS[kind]}>{escape(name)}</th>'
        for name, kind in zip(block.columns, block.kinds, strict=True)
    )
    rows = []
    for row in block.rows:
        cells = [
            f"<td{_CLASS[kind]}>{_inline(cell)}</td>"
            for cell, kind in zip(row, block.kinds, strict=True)
        ]
        rows.append("<tr>" + "".join(cells) + "</tr>")
    note = f'<p class="small">{escape(block.note)}</p>' if block.note else ""
    form = "table"
    form += " short" if len(block.rows) <= _SHORT else ""
    form += " wide" if len(block.columns) >= _WIDE else ""
    # A wide table scrolls by itself; tabindex lets the keyboard scroll it.
    return (
        f'<div class="{form}" id="table-{key}" role="region" tabindex="0" '
        f'aria-labelledby="caption-{key}"><table><caption id="caption-{key}">'
        f"{escape(block.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>{note}"
    )


def _picture(block: Picture) -> str:
    caption = f"<figcaption>{escape(block.caption)}</figcaption>" if block.caption else ""
    return (
        f'<figure><div role="img" aria-label="{escape(block.alt)}">'
        f'<div aria-hidden="true">{block.svg}</div></div>{caption}</figure>'
    )


def _case(block: CaseCard) -> str:
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in block.facts
    )
    anchor = escape(block.anchor)
    return (
        f'<article class="case" id="{anchor}" aria-labelledby="{anchor}-title">'
        f'<h3 id="{anchor}-title">{escape(block.title)}</h3><dl class="facts">{facts}</dl>'
        + "".join(map(block_html, block.blocks))
        + "</article>"
    )


_WRITERS = {
    Text: _text,
    Contents: _contents,
    Heading: _heading,
    Items: _items,
    Figures: _figures,
    Pair: _pair,
    Table: _table,
    Picture: _picture,
    CaseCard: _case,
}
