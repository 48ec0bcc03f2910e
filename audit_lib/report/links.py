"""Links that lead nowhere are taken off: what an audience may not see has no anchor."""

from dataclasses import replace

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
    Table,
)

__all__ = ["drop_dead_links"]


def drop_dead_links(parts: list[Part]) -> list[Part]:
    """Return the parts with every link to a missing anchor turned into plain words.

    Examples
    --------
    >>> items = Items([Cell("1件", "#table-gone"), Cell("2件", "#part-funds")])
    >>> part = Part("funds", "案款", [items])
    >>> drop_dead_links([part])[0].blocks[0].items
    [Cell(text='1件', href=None), Cell(text='2件', href='#part-funds')]
    """
    known = {f"#part-{part.key}" for part in parts}
    known |= {anchor for part in parts for block in part.blocks for anchor in _anchors(block)}
    return [replace(part, blocks=tuple(_kept(b, known) for b in part.blocks)) for part in parts]


def _anchors(block: Block):
    if isinstance(block, Table):
        yield f"#table-{block.key}"
    elif isinstance(block, Heading) and block.anchor:
        yield f"#{block.anchor}"
    elif isinstance(block, CaseCard):
        yield f"#{block.anchor}"
        for inner in block.blocks:
            yield from _anchors(inner)
    elif isinstance(block, Pair):
        yield from _anchors(block.left[1])
        yield from _anchors(block.right[1])


def _kept(block: Block, known: set[str]) -> Block:
    def cell(value):
        dead = isinstance(value, Cell) and value.href and value.href not in known
        return Cell(value.text) if dead else value

    if isinstance(block, Items | Contents):
        return replace(block, items=[cell(item) for item in block.items])
    if isinstance(block, Table):
        return replace(block, rows=[tuple(map(cell, row)) for row in block.rows])
    if isinstance(block, Figures):
        figures = [
            f if not f.href or f.href in known else replace(f, href=None) for f in block.figures
        ]
        return replace(block, figures=figures)
    if isinstance(block, Pair):
        sides = [(title, _kept(side, known)) for title, side in (block.left, block.right)]
        return Pair(*sides)
    if isinstance(block, CaseCard):
        return replace(block, blocks=[_kept(inner, known) for inner in block.blocks])
    return block
