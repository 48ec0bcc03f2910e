"""The few pictures of a whole court, by Altair, drawn as SVG whose text stays text.

Takes small tables, gives SVG. The fonts of the ``pylopdf-fonts-zh-cn`` wheel measure the text,
so that the bytes are the same on every machine; the reader's own fonts draw it.
"""

from functools import lru_cache
from pathlib import Path

from audit_lib.report.wording import Words

__all__ = ["font_folder", "pace_chart", "progress_chart", "rectification_chart", "spread_chart"]

_FONTS = "Noto Sans SC, Microsoft YaHei, SimHei, sans-serif"
_GOOD, _BAD, _SOFT, _UNKNOWN = "#2b6e3f", "#a3171b", "#c9c3b6", "#8da2b8"


@lru_cache(maxsize=1)
def font_folder() -> Path:
    """Return the folder of the fonts that come with the installation."""
    import pylopdf_fonts_zh_cn

    return Path(pylopdf_fonts_zh_cn.__file__).parent


@lru_cache(maxsize=1)
def _converter():
    import vl_convert

    vl_convert.register_font_directory(str(font_folder()))
    return vl_convert


def _svg(chart, width=640, height=120) -> str:
    spec = (
        chart.properties(width=width, height=height)
        .configure(font=_FONTS, background="#ffffff")
        .configure_axis(labelFontSize=12, titleFontSize=12, labelLimit=260, grid=False)
        .configure_legend(orient="top", labelFontSize=12, title=None)
        .configure_view(stroke=None)
        .to_dict()
    )
    return _converter().vegalite_to_svg(spec, vl_version="6.4")


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
    import altair as alt

    names = {k: words(f"chart_{k}") for k in ("closed", "terminated", "open")}
    data = [
        {"category": r["category"], "state": names[k], "cases": float(r[k] or 0), "order": n}
        for r in rows
        for n, k in enumerate(names)
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(size=22)
        .encode(
            y=alt.Y("category:N", sort=None, title=None),
            x=alt.X(
                "cases:Q", title=words("chart_cases"), axis=alt.Axis(tickMinStep=1, format="d")
            ),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=list(names.values()), range=[_GOOD, _UNKNOWN, _BAD]),
            ),
            order="order:Q",
        )
    )
    return _svg(chart, height=38 * max(len(rows), 1))


def rectification_chart(rows: list[dict], words: Words) -> str:
    """Draw the six duties: how much of what the record can tell was done as required.

    Parameters
    ----------
    rows : ``{duty, met, failed, unknown}``: words and numbers of obligations
    """
    import altair as alt

    names = {k: words(f"chart_{k}") for k in ("met", "failed", "unknown")}
    data = [
        {"duty": r["duty"], "state": names[k], "share": float(r[k]), "order": n}
        for r in rows
        for n, k in enumerate(names)
    ]
    chart = (
        alt.Chart(alt.Data(values=data))
        .mark_bar(size=18)
        .encode(
            y=alt.Y("duty:N", sort=None, title=None),
            x=alt.X("share:Q", stack="normalize", title=None, axis=alt.Axis(format="%")),
            color=alt.Color(
                "state:N",
                scale=alt.Scale(domain=list(names.values()), range=[_GOOD, _BAD, _SOFT]),
            ),
            order="order:Q",
        )
    )
    return _svg(chart, height=30 * max(len(rows), 1))


def spread_chart(rows: list[dict], title: str) -> str:
    """Draw how many cases lie in each band.

    Parameters
    ----------
    rows : ``{band, cases}``, in order
    title : name of the bands
    """
    import altair as alt

    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("band:N", sort=None, title=title, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("cases:Q", title=None, axis=alt.Axis(tickMinStep=1)),
    )
    chart = base.mark_bar(color="#1f4e79") + base.mark_text(dy=-7, fontSize=12).encode(
        text=alt.Text("cases:Q")
    )
    return _svg(chart, width=560, height=150)


def pace_chart(rows: list[dict], words: Words) -> str:
    """Draw the open cases of each category by month, as returned and as the record has it.

    Parameters
    ----------
    rows : ``{month, category, account, open}``; ``account``: words for who says so
    """
    import altair as alt

    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("open:Q", title=words("chart_open_cases"), scale=alt.Scale(zero=True)),
            color=alt.Color("category:N"),
            strokeDash=alt.StrokeDash("account:N"),
        )
    )
    return _svg(chart, height=170)
