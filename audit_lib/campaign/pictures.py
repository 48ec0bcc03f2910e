"""The pictures of the campaign as Altair charts; a report draws them as it draws its own.

Takes tables of :func:`audit_lib.campaign.build_campaign_tables` for one court, or for several
summed, gives charts. Every number of a picture stands in the table it is made from; words come
from the group ``campaign_picture`` of labels.yaml. Colours differ in lightness too, so that
they part in grey print.
"""

import pandas as pd

from audit_lib.campaign.settings import CATEGORIES
from audit_lib.labels import Lang, label

__all__ = ["draw_ages", "draw_circular", "draw_flow", "draw_progress", "draw_promises"]

DONE, LEFT, MORE, FAINT = "#3f9a5f", "#8f1218", "#e8b96a", "#c3cdd8"
#: Whole numbers only: there is no half a case.
WHOLE = "datum.value % 1 ? '' : format(abs(datum.value), 'd')"


def _words(lang):
    return lambda key: label("campaign_picture", key, lang)


def _name(table, lang):
    """Put the categories into the order of the notice, with their names."""
    table = table[table["category"].isin(CATEGORIES)]
    names = {c: label("campaign_category", c, lang) for c in CATEGORIES}
    return table.assign(category=table["category"].map(names)), list(names.values())


def _values(table) -> list[dict]:
    """Return plain rows: charts hold no table library's types, and their bytes repeat."""
    plain = table.copy()
    for column in plain.select_dtypes("datetime"):
        plain[column] = plain[column].dt.strftime("%Y-%m-%d")
    plain = plain.astype(object).where(plain.notna(), None)
    return plain.to_dict("records")


def _facets(chart, order, columns=3):
    import altair as alt

    return chart.facet(
        facet=alt.Facet("category:N", title=None, sort=order, header=alt.Header(labelFontSize=13)),
        columns=columns,
    ).resolve_scale(y="independent")


def draw_progress(series: pd.DataFrame, lang: Lang = "zh", width: int = 200, height: int = 130):
    """Draw the old cases left day by day against the straight way to the target.

    Parameters
    ----------
    series : table ``series``, of one court or of several (then summed)
    lang : language of the words
    width, height : of one panel, in pixels

    Returns
    -------
    altair.FacetChart, one panel a category; bars of new cases above the old ones
    """
    import altair as alt

    words = _words(lang)
    named, order = _name(series, lang)
    counts = ["open_old", "open_new", "target_line"]
    table = named.groupby(["category", "day"], as_index=False)[counts].sum(min_count=1)
    names = {"open_old": words("open_old"), "open_new": words("open_new")}
    areas = table.melt(["category", "day"], list(names), "state", "cases")
    areas = areas.assign(order=areas["state"].eq("open_new").astype(int),
                         state=areas["state"].map(names))  # fmt: skip
    lines = table[["category", "day"]].assign(
        cases=table["target_line"].astype(float), state=words("target_line")
    )
    rows = _values(pd.concat([areas.astype({"cases": float}), lines.dropna(subset="cases")]))
    day = alt.X("day:T", title=None, axis=alt.Axis(format="%m-%d", labelOverlap=True, tickCount=4))
    domain = [*names.values(), words("target_line")]
    colour = alt.Color("state:N", scale=alt.Scale(domain=domain, range=[LEFT, MORE, "#222222"]),
                       legend=alt.Legend(title=None, orient="top"))  # fmt: skip
    cases = alt.Y("cases:Q", title=words("cases"), axis=alt.Axis(labelExpr=WHOLE))
    base = alt.Chart(alt.Data(values=rows)).encode(x=day, color=colour)
    target = words("target_line")
    stacked = base.transform_filter(alt.datum.state != target).mark_area(
        interpolate="step-after"
    ).encode(y=cases.stack("zero"), order="order:Q")  # fmt: skip
    line = base.transform_filter(alt.datum.state == target).mark_line(
        strokeDash=[5, 3], strokeWidth=1.5
    ).encode(y=alt.Y("cases:Q", title=words("cases"), stack=None))  # fmt: skip
    return _facets(alt.layer(stacked, line).properties(width=width, height=height), order)


def draw_flow(flow: pd.DataFrame, lang: Lang = "zh", width: int = 200, height: int = 130):
    """Draw what came in (up) and what went out (down) week by week.

    Parameters
    ----------
    flow : table ``flow``, of one court or of several (then summed)
    lang, width, height : as for :func:`draw_progress`

    Returns
    -------
    altair.FacetChart, one panel a category
    """
    import altair as alt

    words = _words(lang)
    named, order = _name(flow, lang)
    table = named.groupby(["category", "week_from"], as_index=False)[
        ["came", "went", "went_by_termination"]
    ].sum()
    table = table.assign(
        strict=-(table["went"] - table["went_by_termination"]),
        by_termination=-table["went_by_termination"],
    )
    names = {"came": words("came"), "strict": words("went"),
             "by_termination": words("went_by_termination")}  # fmt: skip
    rows = table.melt(["category", "week_from"], list(names), "state", "cases")
    rows = rows.assign(state=rows["state"].map(names))
    return _facets(
        alt.Chart(alt.Data(values=_values(rows)))
        .mark_bar()
        .encode(
            x=alt.X("week_from:O", title=words("week_from"),
                    axis=alt.Axis(labelExpr="slice(datum.value, 5)", labelOverlap=True)),
            y=alt.Y("cases:Q", title=words("cases"),
                    axis=alt.Axis(labelExpr=WHOLE)),
            color=alt.Color("state:N", legend=alt.Legend(title=None, orient="top"),
                            scale=alt.Scale(domain=list(names.values()),
                                            range=[LEFT, DONE, FAINT])),
        )
        .properties(width=width, height=height),
        order,
    )  # fmt: skip


def draw_ages(ages: pd.DataFrame, lang: Lang = "zh", width: int = 200, height: int = 110):
    """Draw the open cases by age, the oldest on top: the pyramid of the backlog.

    Parameters
    ----------
    ages : table ``ages``, of one court or of several (then summed)
    lang, width, height : as for :func:`draw_progress`

    Returns
    -------
    altair.FacetChart, one panel a category
    """
    import altair as alt

    words = _words(lang)
    named, order = _name(ages, lang)
    table = named.groupby(["category", "band"], as_index=False).agg(
        open_old=("open_old", "sum"), open_new=("open_new", "sum"),
        from_days=("from_days", "first"), to_days=("to_days", "first"),
    )  # fmt: skip
    bands = table.drop_duplicates("band").sort_values("band", ascending=False)
    said = {
        row.band: words("days_over").format(start=row.from_days - 1)
        if pd.isna(row.to_days)
        else words("days_to").format(start=row.from_days, stop=row.to_days)
        for row in bands.itertuples()
    }
    names = {"open_old": words("open_old"), "open_new": words("open_new")}
    rows = table.assign(band=table["band"].map(said)).melt(
        ["category", "band"], list(names), "state", "cases"
    )
    rows = rows.assign(order=rows["state"].eq("open_new").astype(int),
                       state=rows["state"].map(names))  # fmt: skip
    chart = (
        alt.Chart(alt.Data(values=_values(rows)))
        .mark_bar()
        .encode(
            y=alt.Y("band:N", title=None, sort=list(said.values())),
            x=alt.X("cases:Q", title=words("cases"), axis=alt.Axis(labelExpr=WHOLE)),
            color=alt.Color("state:N", legend=alt.Legend(title=None, orient="top"),
                            scale=alt.Scale(domain=list(names.values()), range=[LEFT, MORE])),
            order="order:Q",
        )
        .properties(width=width, height=height)
    )  # fmt: skip
    return _facets(chart, order).resolve_scale(y="shared", x="independent")


def draw_promises(promises: pd.DataFrame, lang: Lang = "zh", width: int = 200, height: int = 130):
    """Draw what was promised for each month against what became of it.

    Parameters
    ----------
    promises : table ``promises``, of one court or of several (then summed)
    lang, width, height : as for :func:`draw_progress`

    Returns
    -------
    altair.FacetChart, one panel a category
    """
    import altair as alt

    words = _words(lang)
    named, order = _name(promises, lang)
    states = ["kept", "late", "broken", "not_due"]
    table = named.groupby(["category", "month"], as_index=False)[states].sum()
    names = {state: words(state) for state in states}
    rows = table.melt(["category", "month"], states, "state", "cases")
    rows = rows.assign(order=rows["state"].map({s: n for n, s in enumerate(states)}),
                       state=rows["state"].map(names))  # fmt: skip
    colours = [DONE, MORE, LEFT, FAINT]
    return _facets(
        alt.Chart(alt.Data(values=_values(rows)))
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=words("promised_month"), axis=alt.Axis(labelAngle=-40)),
            y=alt.Y("cases:Q", title=words("cases"), axis=alt.Axis(labelExpr=WHOLE)),
            color=alt.Color("state:N", legend=alt.Legend(title=None, orient="top"),
                            scale=alt.Scale(domain=list(names.values()), range=colours)),
            order="order:Q",
        )
        .properties(width=width, height=height),
        order,
    )  # fmt: skip


def draw_circular(
    circular: pd.DataFrame,
    names=None,
    counting: str = "strict",
    lang: Lang = "zh",
    width: int = 200,
):
    """Draw each court's clearance against what its own cases lead one to expect, with intervals.

    Parameters
    ----------
    circular : table ``circular`` over all courts
    names : court code → name; codes are shown where there is none
    counting : ``strict`` (a 终本 clears nothing) or ``with_termination``
    lang, width : as for :func:`draw_progress`

    Returns
    -------
    altair.FacetChart, one panel a category
        Courts in the order of their codes: it is no league table. Those with too few cases are
        left out; 1 is what the court's own mix of cases leads one to expect.
    """
    import altair as alt

    words = _words(lang)
    table = circular[circular["counting"].eq(counting) & circular["standing"].ne("too_few")]
    named, order = _name(table, lang)
    courts = sorted(named["court_code"].unique())
    said = {code: (names or {}).get(code, code) for code in courts}
    rows = named.assign(court=named["court_code"].map(said), one=1.0)
    rows = rows[["category", "court", "ratio", "ratio_low", "ratio_high", "one"]].sort_values(
        ["category", "court"]
    )
    place = alt.Y("court:N", title=None, sort=list(said.values()), axis=alt.Axis(labelLimit=240))
    plain = alt.Chart(alt.Data(values=_values(rows)))
    base = plain.encode(y=place)
    scale = alt.Scale(domain=[0, 4], clamp=True)
    interval = base.mark_rule(color=FAINT, strokeWidth=5).encode(
        x=alt.X("ratio_low:Q", title=words("ratio"), scale=scale), x2="ratio_high:Q"
    )
    point = base.mark_point(color=LEFT, filled=True, size=60).encode(
        x=alt.X("ratio:Q", title=words("ratio"), scale=scale)
    )
    expected = plain.mark_rule(color="#222222", strokeDash=[4, 3]).encode(
        x=alt.X("one:Q", title=words("ratio"), scale=scale)
    )
    chart = alt.layer(interval, expected, point).properties(width=width, height=24 * len(courts))
    return _facets(chart, order).resolve_scale(y="shared")
