"""The picture of time of one case, to be picked at: events, due days, pauses, silence, reports.

Takes a case's tables, gives a drawing made by Altair, for the renderer that JupyterLab and voila
carry themselves: nothing is loaded from elsewhere. Clicking a mark says what it is and where it
stands in the record, clicking the legend leaves one kind, dragging and the wheel move along the
line. Every word is data of the drawing, never markup.

The drawing is turned from Vega-Lite into Vega once, when the tables are prepared, and a case only
fills it: the browser need not do that anew with each case.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pandas as pd

from audit_lib.desk.changes import said_value
from audit_lib.desk.rows import rows_of
from audit_lib.desk.words import label
from audit_lib.labels import Lang
from audit_lib.report import CourtTables
from audit_lib.report.cards import case_timeline
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.settings import load_settings
from audit_lib.report.timeline import PAUSES
from audit_lib.report.wording import Words, clip, missing

__all__ = [
    "MIME", "build_points", "draw_case", "empty_drawing", "make_drawing", "write_drawings",
]  # fmt: skip

#: What JupyterLab and voila draw by themselves, and the Vega-Lite whose Vega they know.
MIME = "application/vnd.vega.v5+json"
_VEGA_LITE = "5.20"
_STATES = {
    "event": "#1f4e79", "money": "#1d6b3a", "asset": "#6b4e9b", "late": "#a3171b",
    "due": "#777777", "pause": "#8da2b8", "silence": "#d08a2e", "report": "#333333",
}  # fmt: skip
_LANES = ("procedure", "asset", "money", "due", "pause", "silence", "report")
_MONEY = frozenset("money_received money_paid money_escrowed refunded_to_debtor".split())
_LATE = frozenset({"late", "overdue", "breached"})
_WIDTH, _STEP = 800, 30
_AHEAD = timedelta(days=365)  # after the audit day, that are still drawn
_POINT = ["id", "lane", "state", "start", "end", "told"]


def build_points(tables: CourtTables, lang: Lang = "zh") -> pd.DataFrame:
    """List what stands on the line of one case.

    Parameters
    ----------
    tables : tables of one case, from :meth:`audit_lib.desk.data.DeskData.case`
    lang : ``zh`` or ``en``

    Returns
    -------
    DataFrame, one row a mark, by lane and day
        ``id`` number, ``lane``, ``state`` (both in words), ``start``, ``end`` days as text, ``end``
        missing where it is one day, ``told`` what is said when it is picked.
    """
    return pd.DataFrame(_list_points(tables, lang), columns=_POINT)


def _list_points(tables: CourtTables, lang: Lang) -> list[dict]:
    words, as_of = Words(lang), tables.facts.as_of
    frames = {name: list(rows_of(tables[name])) for name in ("cases", "events", "check", "silence")}
    rows = [*_events(frames, as_of, words), *_dues(frames["check"], as_of, words)]
    rows += _reports(tables["returns"], frames["events"], as_of, words)
    line = case_timeline(frames | {"check": []}, as_of, words)
    for kind in ("pause", "silence"):
        spans = (line.pauses if kind == "pause" else [line.silence]) if line else []
        for start, end in filter(None, spans):
            told = label("desk_text", f"mark_{kind}", lang, start=words.day(start),
                         end=words.day(end), days=(end - start).days)  # fmt: skip
            rows.append((kind, kind, start, end, told))
    rows.sort(key=lambda row: (_LANES.index(row[0]), row[2], row[4]))
    return [
        {
            "id": place,
            "lane": label("desk_lane", lane, lang),
            "state": label("desk_mark", state, lang),
            "start": f"{start:%Y-%m-%d}",
            "end": None if end is None else f"{end:%Y-%m-%d}",
            "told": told,
        }
        for place, (lane, state, start, end, told) in enumerate(rows)
    ]


def _events(frames, as_of, words) -> Iterator[tuple]:
    for case in frames["cases"][:1]:
        for day, code in (
            (case.applied_on, "application_received"),
            (case.filed_on, "case_filed"),
            (case.closed_on, "case_closed"),
        ):
            if not missing(day) and day <= as_of:
                yield "procedure", "event", day, None, _said(words, day, code, case)
    for row in frames["events"]:
        if missing(row.day) or row.day > as_of:
            continue
        code = str(row.event)
        lane = "money" if code in _MONEY else "procedure" if missing(row.asset_id) else "asset"
        state = {"procedure": "event"}.get(lane, lane)
        lane, state = ("pause", "pause") if code in PAUSES else (lane, state)
        yield lane, state, row.day, None, _said(words, row.day, code, row)


def _said(words, day, code, row) -> str:
    parts = [words.day(day), clip(words.of("event", code), 40)]
    for name in ("amount", "asset_id", "party", "result", "note"):
        value = getattr(row, name, None)
        if not missing(value):
            parts.append(clip(said_value("events", name, value, words), 40))
    if not missing(row.source_row):
        parts.append(words("row", file=str(row.source_file), row=int(row.source_row)))
    return " ".join(parts)


def _dues(check, as_of, words) -> Iterator[tuple]:
    """Give the due days of findings, and those to come within a year."""
    found = load_settings().summary.finding_outcomes
    for row in check:
        # A term of years to come would press the past into a corner.
        soon = row.outcome == "running" and row.due_on <= as_of + _AHEAD
        if missing(row.due_on) or not (soon or row.outcome in found):
            continue
        state = "late" if row.outcome in _LATE else "due"
        told = [words.day(row.due_on), words("due_mark", rule=rule_title(row.rule, words.lang))]
        told += [words.of("outcome", row.outcome), cite(row.source, row.article, words.lang)]
        yield "due", state, row.due_on, None, " ".join(told)


def _reports(returns, events, as_of, words) -> Iterator[tuple]:
    """Give the days on which the monthly returns of the court count and came."""
    first = min([row.day for row in events if not missing(row.day)] + [as_of])
    came: dict[str, list] = {}
    for row in rows_of(returns[["month", "submitted_on"]]):
        if not missing(row.month):
            came.setdefault(row.month, []).append(row.submitted_on)
    for month, days in sorted(came.items()):
        day = pd.to_datetime(f"{month}-28", errors="coerce")
        if missing(day) or not first <= day <= as_of:
            continue
        last = max((day for day in days if not missing(day)), default=None)
        told = label("desk_text", "mark_report", words.lang, month=words.month(month),
                     day=words.day(last))  # fmt: skip
        yield "report", "report", day, None, told


def write_drawings(folder: Path) -> None:
    """Keep the empty drawings with the prepared tables, so that the desk need not load Altair."""
    for lang in ("zh", "en"):
        text = json.dumps(make_drawing(lang), ensure_ascii=False, sort_keys=True)
        (folder / f"timeline.{lang}.json").write_text(text, encoding="utf-8")


def draw_case(tables: CourtTables, lang: Lang = "zh", folder: Path | None = None) -> dict | None:
    """Draw one case.

    Parameters
    ----------
    tables : tables of one case
    lang : ``zh`` or ``en``
    folder : of the prepared tables, where the empty drawing lies; made anew when not given

    Returns
    -------
    dict or None
        A Vega drawing to be shown as :data:`MIME`, described by the number of its case; ``None``
        where the record has no day.
    """
    held = [tables[name]["case_no"] for name in ("cases", "events") if len(tables[name])]
    if not held:
        return None
    points = [{k: v for k, v in p.items() if v is not None} for p in _list_points(tables, lang)]
    filled = {"case": points, "day": [{"start": f"{tables.facts.as_of:%Y-%m-%d}"}]}
    drawing = make_drawing(lang) if folder is None else empty_drawing(lang, folder)
    number = str(held[0].iloc[0])
    return drawing | {
        "description": label("desk_text", "timeline_of", lang, case=number, marks=len(points)),
        "data": [
            source | {"values": filled[source["name"]]} if source["name"] in filled else source
            for source in drawing["data"]
        ],
    }


@lru_cache(maxsize=4)
def empty_drawing(lang: Lang, folder: Path) -> dict:
    """Read the drawing without its data, as it lies with the prepared tables."""
    return json.loads((folder / f"timeline.{lang}.json").read_text(encoding="utf-8"))


def make_drawing(lang: Lang) -> dict:
    """Make the drawing without its data, by Altair, in Vega: a case only fills it."""
    import altair as alt
    import vl_convert

    lanes = [label("desk_lane", lane, lang) for lane in _LANES]
    states = [label("desk_mark", state, lang) for state in _STATES]
    pick = alt.selection_point(name="picked", fields=["id"], on="click", empty=False)
    kind = alt.selection_point(name="kind", fields=["state"], bind="legend")
    move = alt.selection_interval(name="moved", bind="scales", encodings=["x"])
    days = alt.Axis(format="%Y-%m-%d", labelAngle=0, labelOverlap=True, grid=True)
    x = alt.X("start:T", title=None, scale=alt.Scale(type="utc", padding=14), axis=days)
    y = alt.Y("lane:N", title=None, scale=alt.Scale(domain=lanes),
              axis=alt.Axis(labelLimit=160, ticks=False, domain=False, grid=True))  # fmt: skip
    colour = alt.Color("state:N", title=None,
                       scale=alt.Scale(domain=states, range=list(_STATES.values())))  # fmt: skip
    faint = alt.condition(kind, alt.value(0.9), alt.value(0.08))
    case = alt.Data(name="case")
    bars = (
        alt.Chart(case)
        .transform_filter("isValid(datum.end)")
        .mark_bar(height=11, cursor="pointer")
        .encode(x=x, x2="end:T", y=y, color=colour, opacity=faint, tooltip=alt.Tooltip("told:N"))
        .add_params(pick, kind, move)
    )
    late = label("desk_mark", "late", lang)
    due = label("desk_mark", "due", lang)
    report = label("desk_mark", "report", lang)
    dots = (
        alt.Chart(case)
        .transform_filter("!isValid(datum.end)")
        .mark_point(filled=True, cursor="pointer")
        .encode(
            x=x, y=y, color=colour, opacity=faint, tooltip=alt.Tooltip("told:N"),
            size=alt.condition(pick, alt.value(230), alt.value(75)),
            shape=alt.Shape("state:N", scale=alt.Scale(
                domain=states,
                range=[{late: "triangle-up", due: "triangle-up", report: "square"}.get(s, "circle")
                       for s in states])),
        )
    )  # fmt: skip
    told = (
        alt.Chart(case)
        .transform_filter(pick)
        .mark_text(
            align="left",
            baseline="bottom",
            fontSize=13,
            fontWeight="bold",
            limit=_WIDTH,
            clip=False,
        )
        .encode(x=alt.value(0), y=alt.value(-8), text="told:N")
    )
    today = (
        alt.Chart(alt.Data(name="day")).mark_rule(strokeDash=[4, 3], color="#1a1a1a").encode(x=x)
    )
    drawing = (
        alt.layer(bars, dots, today, told)
        .properties(
            width=_WIDTH,
            height=_STEP * len(lanes),
            padding={"top": 26, "left": 5, "right": 5, "bottom": 5},
        )
        .configure(font="Noto Sans SC, Microsoft YaHei, SimHei, sans-serif", background="#ffffff")
        .configure_axis(labelFontSize=12, gridColor="#e6e6e6")
        .configure_legend(orient="bottom", labelFontSize=12, columns=8)
        .configure_view(stroke=None)
        .to_dict()
    )
    drawing = vl_convert.vegalite_to_vega(drawing, vl_version=_VEGA_LITE)
    drawing["usermeta"] = {"embedOptions": {"actions": False, "renderer": "svg"}}
    return drawing
