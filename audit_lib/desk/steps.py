"""The first page: six steps, each with a small picture of where on the desk it happens."""

from audit_lib.desk.words import label
from audit_lib.labels import Lang

__all__ = ["draw_steps", "first_page"]

_INK, _SOFT, _MARK = "#1f4e79", "#c9d3de", "#b06a00"


def first_page(lang: Lang = "zh") -> str:
    """Return the six steps as the markdown of the notebook's first cell.

    Its pictures are attached to the cell under the names of :func:`draw_steps`.

    Examples
    --------
    >>> first_page("zh").splitlines()[0]
    '# 督查工作台'
    """
    said = {name: label("desk_step", name, lang) for name in _DRAWN}
    told = {name: label("desk_step", f"{name}_text", lang) for name in _DRAWN}
    names = list(_DRAWN)
    rows = []
    for start in (0, 3):
        part = names[start : start + 3]
        rows.append("| " + " | ".join(f"![](attachment:{name}.png)" for name in part) + " |")
        rows.append("| " + " | ".join(f"**{said[name]}**<br>{told[name]}" for name in part) + " |")
    rows.insert(1, "|" + " :--- |" * 3)
    lines = [
        f"# {label('desk_text', 'title', lang)}", "", label("desk_text", "lead", lang), "",
        *rows, "", label("desk_text", "not_verdict", lang),
    ]  # fmt: skip
    return "\n".join(lines)


def draw_steps() -> dict[str, str]:
    """Return name → picture of each step, as SVG."""
    return {name: _picture(name) for name in _DRAWN}


def _picture(name: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 96" width="220" height="96">'
        f'<rect x="1" y="1" width="218" height="94" fill="#fff" '
        f'stroke="{_SOFT}"/>{_DRAWN[name]}</svg>'
    )


def _box(x, y, width, height, fill="#fff", line=_SOFT) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}" stroke="{line}"/>'
    )


def _line(x, y, width, colour=_SOFT, weight=5) -> str:
    return f'<path d="M{x} {y}h{width}" stroke="{colour}" stroke-width="{weight}"/>'


def _dot(x, y, colour=_INK, radius=4) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>'


_HAND = (
    f'<path d="M0 0l0 17 4-4 3 7 3-1-3-7 6 0z" fill="{_MARK}" stroke="#fff" stroke-width="1" '
    'transform="translate({0} {1})"/>'
)
_MENU = "".join(_line(8 + 30 * n, 12, 20) for n in range(6))
_ROWS = "".join(_line(14, 20 + 14 * n, 180 - 14 * (n % 3)) for n in range(5))
_DRAWN = {
    "one": _MENU + _box(64, 20, 74, 52) + _line(72, 32, 50) + _box(66, 40, 70, 14, "#f3e4cb", _MARK)
    + _line(72, 47, 54, _MARK) + _line(72, 62, 44) + _HAND.format(122, 48),
    "two": "".join(_box(10 + 70 * n, 10, 60, 16) + f'<path d="M{58 + 70 * n} 16l4 5 4-5z" '
                   f'fill="{_INK}"/>' for n in range(3))
    + _box(10, 36, 130, 16, "#fff", _MARK) + _line(16, 44, 50, _MARK)
    + "".join(_line(14, 64 + 12 * n, 170 - 20 * n) for n in range(3)) + _HAND.format(126, 42),
    "three": _box(8, 27, 204, 14, "#e3ecf5", _INK) + _ROWS + _line(14, 34, 166, _INK)
    + _HAND.format(170, 34),
    "four": "".join(_line(10, 22 + 20 * n, 200, "#e6e6e6", 1) for n in range(4))
    + "".join(_dot(x, 22) for x in (24, 52, 60, 118, 176)) + _dot(88, 42, "#1d6b3a")
    + '<path d="M100 57h84" stroke="#d08a2e" stroke-width="8"/>'
    + '<path d="M140 88l6-11 6 11z" fill="#a3171b"/><path d="M196 10v80" stroke="#1a1a1a" '
      'stroke-dasharray="3 2"/>' + _dot(118, 22, _INK, 7) + _HAND.format(120, 26),
    "five": "".join(_box(12, 12 + 16 * n, 10, 10) + _line(28, 17 + 16 * n, 60) for n in range(3))
    + f'<path d="M14 33l3 4 6-8" fill="none" stroke="{_INK}" stroke-width="2"/>'
    + _box(104, 10, 104, 48) + "".join(_line(110, 20 + 10 * n, 84 - 20 * (n // 2), _SOFT, 3)
                                       for n in range(4))
    + _box(12, 68, 70, 18, _INK, _INK) + _line(26, 77, 42, "#fff", 4) + _HAND.format(66, 74),
    "six": _dot(34, 26, _INK, 9) + f'<path d="M18 56c2-24 30-24 32 0z" fill="{_INK}"/>'
    + _dot(84, 26, _MARK, 9) + f'<path d="M68 56c2-24 30-24 32 0z" fill="{_MARK}"/>'
    + '<path d="M112 44h34m-8-6l8 6-8 6" fill="none" stroke="#555" stroke-width="2"/>'
    + _box(156, 12, 46, 64) + "".join(_line(162, 24 + 12 * n, 34, _SOFT, 3) for n in range(4)),
}  # fmt: skip
