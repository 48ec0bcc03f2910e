"""The few pictures of a whole court, by Altair, drawn as SVG whose text stays text.

Takes small tables, gives SVG. The fonts of the ``pylopdf-fonts-zh-cn`` wheel measure the text,
so that the bytes are the same on every machine; the reader's own fonts draw it. Colours are told
apart by those who do not see red and green (after Okabe and Ito), and by lightness on paper.
"""

import json
from collections.abc import Callable
from functools import wraps

from audit_lib.report.drawing import MEASURE, draw
from audit_lib.report.wording import Words

__all__ = [
    "age_chart",
    "bar_chart",
    "flow_chart",
    "interval_chart",
    "pace_chart",
    "progress_chart",
    "rectification_chart",
    "series_chart",
    "spread_chart",
    "trend_chart",
]

_GOOD, _BAD, _SOFT, _UNKNOWN = "#1f4e79", "#c2410c", "#c9c3b6", "#8da2b8"
# Six lines that stay apart for everybody; the shapes of their points differ too.
_SERIES = ["#1f4e79", "#c2410c", "#00795f", "#8a5a00", "#7b3f8c", "#4a4a4a"]


def _picture(function: Callable[..., str]) -> Callable[..., str]:
    """Make a picture without comparing each part with the grammar: the tests check the whole."""

    @wraps(function)
    def made(*given, **named):
        from altair.utils.schemapi import debug_mode

        with debug_mode(False):
            return function(*given, **named)

    return made


def _rows():
    """Return the name under which a picture finds its rows: parts of it are copied without them."""
    import altair as alt

    return alt.Data(name="rows")


def _svg(chart, rows: list[dict], width=640, height=120) -> str:
    spec = (
        chart.properties(width=width, height=height)
        .configure(font=MEASURE, background="#ffffff")
        .configure_axis(labelFontSize=12, titleFontSize=12, labelLimit=260, grid=False)
        .configure_legend(orient="top", labelFontSize=12, title=None, labelLimit=320)
        .configure_view(stroke=None)
        .to_dict(validate=False)
    )
    spec["datasets"] = {"rows": rows}
    return draw(json.dumps(spec, ensure_ascii=False))


def _counts(values, **more):
    """Return an axis of whole numbers: few of them, and no halves between."""
    import altair as alt

    known = [float(v) for v in values if v is not None and v == v]
    low, high = int(min(known, default=0)), int(max(known, default=0))
    if high - low <= 5:
        return alt.Axis(values=list(range(min(low, 0), high + 1)), format="d", **more)
    return alt.Axis(tickMinStep=1, format="d", **more)


def _stacked(rows: list[dict], key: str, parts: dict[str, tuple[str, str]], title, share=False):
    """Draw bars whose parts are named and coloured: `parts` is id → (words, colour)."""
    import altair as alt

    data = [
        {"name": r[key], "part": words, "value": float(r[part] or 0), "order": n}
        for r in rows
        for n, (part, (words, _)) in enumerate(parts.items())
    ]
    sums = [sum(float(r[part] or 0) for part in parts) for r in rows]
    axis = alt.Axis(format="%") if share else _counts(sums)
    chart = (
        alt.Chart(_rows())
        .mark_bar(size=20)
        .encode(
            y=alt.Y("name:N", sort=None, title=None),
            x=alt.X("value:Q", title=title, axis=axis, stack="normalize" if share else "zero"),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(
                    domain=[words for words, _ in parts.values()],
                    range=[colour for _, colour in parts.values()],
                ),
            ),
            order="order:Q",
        )
    )
    return _svg(chart, data, height=34 * max(len(rows), 1))


@_picture
def progress_chart(rows: list[dict], words: Words) -> str:
    """Draw what is closed and what is open of each category.

    Parameters
    ----------
    rows : ``{category, closed, terminated, open}``: words and numbers of cases
    words : Words

    Returns
    -------
    text
        One ``<svg>``.
    """
    parts = {"closed": _GOOD, "terminated": _UNKNOWN, "open": _BAD}
    named = {k: (words(f"chart_{k}"), colour) for k, colour in parts.items()}
    return _stacked(rows, "category", named, words("chart_cases"))


@_picture
def rectification_chart(rows: list[dict], words: Words) -> str:
    """Draw the six duties: how much of what the record can tell was done as required.

    Parameters
    ----------
    rows : ``{duty, met, failed, unknown}``: words and numbers of obligations
    """
    parts = {"met": _GOOD, "failed": _BAD, "unknown": _SOFT}
    named = {k: (words(f"chart_{k}"), colour) for k, colour in parts.items()}
    return _stacked(rows, "duty", named, None, share=True)


@_picture
def spread_chart(rows: list[dict], title: str) -> str:
    """Draw how many cases lie in each band.

    Parameters
    ----------
    rows : ``{band, cases}``, in order
    title : name of the bands
    """
    return bar_chart([{"name": r["band"], "value": r["cases"]} for r in rows], title)


@_picture
def bar_chart(rows: list[dict], title: str | None, form: str = "d") -> str:
    """Draw one bar a name, its number above it.

    Parameters
    ----------
    rows : ``{name, value}``, in order
    title : name of the bars' axis
    form : how the numbers are written, in d3's way
    """
    import altair as alt

    axis = _counts([r["value"] for r in rows]) if form == "d" else alt.Axis()
    base = alt.Chart(_rows()).encode(
        x=alt.X("name:N", sort=None, title=title, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("value:Q", title=None, axis=axis),
    )
    chart = base.mark_bar(color=_GOOD, size=54) + base.mark_text(dy=-7, fontSize=12).encode(
        text=alt.Text("value:Q", format=form)
    )
    return _svg(chart, [r | {"value": float(r["value"])} for r in rows], width=560, height=150)


@_picture
def interval_chart(rows: list[dict], title: str, names: str | None = None) -> str:
    """Draw shares with the bounds within which each is known.

    Parameters
    ----------
    rows : ``{name, value, low, high}``: words and shares 0–1, in order; a bound that is not
        known is not drawn
    title : of the axis of shares
    names : of the axis of names
    """
    import altair as alt

    known = [{k: None if v != v else v for k, v in row.items()} for row in rows]
    whole = alt.Scale(domain=[0, 1])
    order = [row["name"] for row in rows]
    base = alt.Chart(_rows()).encode(y=alt.Y("name:N", sort=order, title=names))
    within = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
    bounds = within.mark_rule(color=_UNKNOWN, strokeWidth=5, opacity=0.6).encode(
        x=alt.X("low:Q", title=title, scale=whole, axis=alt.Axis(format="%")), x2="high:Q"
    )
    points = base.mark_point(color=_GOOD, filled=True, size=90, opacity=1).encode(x="value:Q")
    number = base.mark_text(dy=-10, fontSize=11).encode(
        x="value:Q", text=alt.Text("value:Q", format=".0%")
    )
    return _svg(bounds + points + number, known, height=30 * max(len(rows), 1))


def _lines(rows: list[dict], x, title: str, dash: str | None = None, zero=True, **y) -> str:
    """Draw one line a series with points of its own shape."""
    import altair as alt

    names = list(dict.fromkeys(r["series"] for r in rows))
    scale = alt.Scale(domain=names, range=_SERIES[: len(names)])
    chart = (
        alt.Chart(_rows())
        .mark_line(point=alt.OverlayMarkDef(size=36, filled=True))
        .encode(
            x=x,
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=zero), **y),
            color=alt.Color("series:N", scale=scale),
            shape=alt.Shape("series:N", scale=alt.Scale(domain=names)),
        )
    )
    if dash is not None:
        chart = chart.encode(strokeDash=alt.StrokeDash(f"{dash}:N", sort=None))
    return _svg(chart, rows, height=170)


@_picture
def pace_chart(rows: list[dict], words: Words) -> str:
    """Draw the open cases of each category by month, as returned and as the record has it.

    Parameters
    ----------
    rows : ``{month, category, account, open}``; ``account``: words for who says so
    """
    import altair as alt

    rows = [
        {"x": r["month"], "series": r["category"], "account": r["account"], "value": r["open"]}
        for r in rows
    ]
    x = alt.X("x:O", title=None, axis=alt.Axis(labelAngle=0))
    axis = _counts([r["value"] for r in rows])
    return _lines(rows, x, words("chart_open_cases"), "account", axis=axis)


@_picture
def series_chart(rows: list[dict], words: Words) -> str:
    """Draw the backlog of each category day by day, with the straight way to its target.

    Parameters
    ----------
    rows : ``{day, category, open, target}``: words and numbers of cases; ``day`` ISO text;
        ``target`` missing where there is none
    """
    import altair as alt

    lines = {"open": words("chart_backlog"), "target": words("chart_target")}
    if all(r["target"] is None for r in rows):
        del lines["target"]
    data = [
        {"x": r["day"], "series": r["category"], "line": name, "value": float(r[key])}
        for r in rows
        for key, name in lines.items()
        if r[key] is not None
    ]
    names = list(dict.fromkeys(d["series"] for d in data))
    days = [r["day"] for r in rows]
    years = int(max(days)[:4]) - int(min(days)[:4]) > 1
    if words.lang == "zh":
        form = "%Y年%-m月" if years else "%-m月%-d日"
    else:
        form = "%b %Y" if years else "%-d %b"
    axis = _counts([d["value"] for d in data])
    chart = (
        alt.Chart(_rows())
        .mark_line(strokeWidth=2, interpolate="step-after")
        .encode(
            x=alt.X("x:T", title=None, axis=alt.Axis(format=form, tickCount=8)),
            y=alt.Y("value:Q", title=words("chart_open_cases"), axis=axis),
            color=alt.Color("series:N", scale=alt.Scale(domain=names, range=_SERIES[: len(names)])),
            strokeDash=alt.StrokeDash("line:N", scale=alt.Scale(domain=list(lines.values()))),
        )
    )
    return _svg(chart, data, height=170)


@_picture
def flow_chart(rows: list[dict], words: Words) -> str:
    """Draw what came in and what went out, month by month.

    Parameters
    ----------
    rows : ``{month, filed, closed}``, in order
    """
    import altair as alt

    names = {"filed": words("chart_filed"), "closed": words("chart_closed_all")}
    data = [
        {"month": r["month"], "part": name, "value": float(r[key])}
        for r in rows
        for key, name in names.items()
    ]
    chart = (
        alt.Chart(_rows())
        .mark_bar()
        .encode(
            x=alt.X("month:O", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("part:N", sort=list(names.values())),
            y=alt.Y(
                "value:Q", title=words("chart_cases"), axis=_counts([d["value"] for d in data])
            ),
            color=alt.Color(
                "part:N", scale=alt.Scale(domain=list(names.values()), range=[_UNKNOWN, _GOOD])
            ),
        )
    )
    return _svg(chart, data, height=150)


@_picture
def age_chart(rows: list[dict], words: Words) -> str:
    """Draw the age pyramid of the open cases: those of the clean-ups left, the others right.

    Parameters
    ----------
    rows : ``{band, cleanup, other}``, the youngest first
    """
    import altair as alt

    sides = {"cleanup": (words("chart_cleanup"), -1), "other": (words("chart_other"), 1)}
    data = [
        {"band": r["band"], "side": name, "value": sign * float(r[key]), "count": float(r[key])}
        for r in rows
        for key, (name, sign) in sides.items()
    ]
    names = [name for name, _ in sides.values()]
    base = alt.Chart(_rows()).encode(
        y=alt.Y("band:N", sort=None, title=None),
        x=alt.X(
            "value:Q",
            title=words("chart_cases"),
            # Room for the numbers at the ends of the bars.
            scale=alt.Scale(padding=24),
            axis=_counts([d["value"] for d in data], labelExpr="format(abs(datum.value), 'd')"),
        ),
        color=alt.Color("side:N", scale=alt.Scale(domain=names, range=[_BAD, _GOOD])),
    )
    seen = base.transform_filter("datum.count > 0")
    text = {"fontSize": 12, "color": "#1a1a1a"}
    left = seen.transform_filter("datum.value < 0").mark_text(align="right", dx=-4, **text)
    right = seen.transform_filter("datum.value > 0").mark_text(align="left", dx=4, **text)
    number = alt.Text("count:Q", format="d")
    drawn = [layer.encode(text=number, color=alt.value("#1a1a1a")) for layer in (left, right)]
    return _svg(base.mark_bar(size=16) + drawn[0] + drawn[1], data, height=26 * len(rows))


@_picture
def trend_chart(rows: list[dict], words: Words) -> str:
    """Draw the share done in time of each duty on several days.

    Parameters
    ----------
    rows : ``{day, duty, share}``: words, and a share 0–1
    """
    import altair as alt

    rows = [{"x": r["day"], "series": r["duty"], "value": r["share"]} for r in rows]
    x = alt.X("x:O", sort=None, title=None, axis=alt.Axis(labelAngle=0))
    return _lines(rows, x, words("chart_met_share"), zero=False, axis=alt.Axis(format="%"))
