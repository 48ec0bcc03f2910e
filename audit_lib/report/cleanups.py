"""The three clean-ups: progress against target, pace, flow, age, and the cases still open."""

import pandas as pd

from audit_lib.report.blocks import Heading, Part, Picture, Text
from audit_lib.report.charts import age_chart, flow_chart, progress_chart, series_chart
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing

__all__ = ["build_cleanups"]


def build_cleanups(sheet: Sheet) -> Part:
    """Build progress against target of each category, with the cases still open.

    Parameters
    ----------
    sheet : Sheet

    Returns
    -------
    Part
        A table and a picture of the categories; the open old cases of each.

    References
    ----------
    泰中法办〔2016〕35号, 一、(一): what is to be cleared by which day.
    """
    words, campaign = sheet.words, sheet.tables["campaign"]
    rows = [
        (
            words.of("category", r.category),
            sheet.count(r.backlog),
            sheet.count(r.closed),
            sheet.count(r.cleared_strict),
            sheet.count(r.cleared_with_termination),
            sheet.linked(r.open, f"open-{r.category}"),
            words.share(r.cleared_strict, r.backlog),
            words.day(r.target_on),
            target_state(words, r),
        )
        for r in campaign.itertuples(index=False)
    ]
    columns = dict(category="t", backlog="n", closed="n", cleared_strict="n")
    columns |= dict(cleared_with_termination="n", open="n", cleared_share="n", target_on="d")
    columns |= dict(on_target="s")
    table = sheet.table("cleanups", columns, rows, words("cleanups_table"))
    picture = None
    if rows:
        drawn = [
            {
                "category": words.of("category", r.category),
                "closed": whole(r.cleared_strict),
                "terminated": whole(r.cleared_with_termination) - whole(r.cleared_strict),
                "open": left_of_backlog(r),
            }
            for r in campaign.itertuples(index=False)
        ]
        told = words("cleanups_alt")
        told += words("semicolon").join(words("cleanups_told", **r) for r in drawn)
        # Bars of nothing but zeros say less than the table above them.
        if any(r["closed"] or r["terminated"] or r["open"] for r in drawn):
            picture = Picture(progress_chart(drawn, words), told, words("cleanups_caption"))
    return sheet.part(
        "cleanups",
        Text(words("cleanups_lead")),
        sheet.absent("campaign"),
        table,
        picture,
        _series(sheet),
        _forecast(sheet) if sheet.tables.given("forecast") else None,
        Heading(words("load_title")),
        _flow(sheet),
        _ages(sheet),
        *_open_cases(sheet),
    )


def whole(value) -> int:
    """Return a count as a whole number; a missing one as none."""
    return 0 if missing(value) else int(value)


def left_of_backlog(row) -> int:
    """Return how many of the backlog are left: what the bars of the picture add up to."""
    return max(whole(row.backlog) - whole(row.cleared_with_termination), 0)


def target_state(words, row) -> str:
    """Return in words whether the target of a category was met, missed, or is not yet due."""
    if not whole(row.backlog):
        return words("no_backlog")
    state = getattr(row, "target_state", None)
    if not missing(state):
        return words.of("campaign_target_state", state)
    return words("not_yet_due") if missing(row.on_target) else words.yes(row.on_target)


def _series(sheet: Sheet) -> Picture | None:
    """Return the backlog day by day against the straight way to the target."""
    words, series = sheet.words, sheet.tables["series"]
    series = series[series.groupby("category")["open_old"].transform("max") > 0]
    if series["day"].nunique() < 2 or sheet.rule.smallest_count:
        return None
    rows = [
        {
            "day": f"{r.day:%Y-%m-%d}",
            "category": words.of("category", r.category),
            "open": r.open_old,
            "target": None if missing(r.target_line) else r.target_line,
        }
        for r in series.sort_values(["category", "day"]).itertuples(index=False)
    ]
    told = []
    for category, group in series.groupby("category", sort=True):
        first, last = group.iloc[0], group.iloc[-1]
        values = dict(category=words.of("category", category), start=words.day(first["day"]))
        values |= dict(before=words.number(first["open_old"]), end=words.day(last["day"]))
        values |= dict(now=words.number(last["open_old"]))
        code = "series_told_alone" if missing(last["target_line"]) else "series_told"
        told.append(words(code, target=words.number(last["target_line"]), **values))
    alt = words("series_alt") + words("semicolon").join(told)
    alone = series["target_line"].isna().all()
    caption = words("series_caption_alone" if alone else "series_caption")
    return Picture(series_chart(rows, words), alt, caption)


def _forecast(sheet: Sheet):
    """Return when the backlog will be gone at the present pace, with its interval."""
    words, forecast = sheet.words, sheet.tables["forecast"]
    rows = [
        (
            words.of("category", r.category),
            sheet.count(r.open_old),
            sheet.count(r.cleared),
            sheet.count(r.inflow),
            sheet.count(r.closed),
            words.day(r.clears_on),
            _between(words, r),
            words.share(r.chance_by_target, 1),
            words.of("campaign_outlook", r.outlook),
        )
        for r in forecast.itertuples(index=False)
    ]
    columns = dict(category="t", left="n", cleared_in_window="n", inflow="n", closed="n")
    columns |= dict(clears_on="d", interval="t", chance="n", outlook="t")
    days = forecast["days"].max()
    return sheet.table(
        "forecast",
        columns,
        rows,
        words("forecast_table", days=words.number(days)),
        note=words("forecast_note"),
    )


def _between(words, row) -> str:
    early = "" if missing(row.clears_early) else words.day(row.clears_early)
    if not early and missing(row.clears_late):
        return "—"
    late = words("beyond_ten_years") if missing(row.clears_late) else words.day(row.clears_late)
    return words("span", start=early, end=late)


def _flow(sheet: Sheet) -> Picture | Text | None:
    """Return what came in and what was closed in the last twelve months."""
    words, cases, as_of = sheet.words, sheet.tables["cases"], sheet.tables.facts.as_of
    if sheet.rule.smallest_count or cases["filed_on"].notna().sum() == 0:
        return None
    months = pd.period_range(end=as_of.to_period("M"), periods=12, freq="M")
    counted = {}
    for name, column in (("filed", "filed_on"), ("closed", "closed_on")):
        days = cases.loc[cases[column] <= as_of, column].dropna()
        counted[name] = days.dt.to_period("M").value_counts().reindex(months, fill_value=0)
    rows = [
        {
            "month": words.short_month(m),
            "filed": counted["filed"][m],
            "closed": counted["closed"][m],
        }
        for m in months
    ]
    told = words("list_separator").join(words("flow_told", **r) for r in rows)
    values = dict(filed=counted["filed"].sum(), closed=counted["closed"].sum())
    if not any(values.values()):
        return Text(words("flow_none"))
    alt = words("flow_alt", **values) + told
    return Picture(flow_chart(rows, words), alt, words("flow_caption", **values))


def _ages(sheet: Sheet) -> Picture | None:
    """Return the age pyramid of the open cases."""
    words, tables = sheet.words, sheet.tables
    as_of = tables.facts.as_of
    cases = tables["cases"]
    live = cases[(cases["filed_on"] <= as_of) & ~(cases["closed_on"] <= as_of)]
    if live.empty or sheet.rule.smallest_count:
        return None
    ends = sheet.settings.age_bands
    edges = [-1, *ends, 10**6]
    names = [words(f"age_band_{n}") for n in range(len(ends) + 1)]
    band = pd.cut((as_of - live["filed_on"]).dt.days, edges, right=False, labels=names)
    cleanup = live["case_no"].isin(set(tables["categories"]["case_no"]))
    rows = [
        {
            "band": name,
            "cleanup": int((cleanup & (band == name)).sum()),
            "other": int((~cleanup & (band == name)).sum()),
        }
        for name in names
    ]
    told = words("semicolon").join(words("age_told", **r) for r in rows)
    return Picture(age_chart(rows[::-1], words), words("age_alt") + told, words("age_caption"))


def _open_cases(sheet: Sheet):
    """Yield a table of the open cases of each category, oldest first."""
    if not sheet.rule.case_rows:
        return
    words, tables, as_of = sheet.words, sheet.tables, sheet.tables.facts.as_of
    absent = sheet.absent("categories")
    if absent:
        yield absent
        return
    cases = tables["cases"]
    open_cases = cases[~(cases["closed_on"] <= as_of)]
    silence = tables["silence"].drop_duplicates("case_no").set_index("case_no")["silent_days"]
    joined = (
        tables["categories"]
        .drop(columns=["court_code"])
        .merge(open_cases, on="case_no", suffixes=("", "_case"))
    )
    for category, group in joined.groupby("category", sort=True):
        group = group.drop_duplicates("case_no").sort_values(["filed_on", "case_no"])
        rows = [
            (
                sheet.case(r.case_no),
                sheet.text(r.cause),
                words.day(r.filed_on),
                sheet.text(r.handler),
                sheet.text(words.of("campaign_reason", r.reason)),
                words.yes(r.marked_by_court),
                words.number(silence.get(r.case_no)),
            )
            for r in rows_of(group, sheet.settings.rows.cases)
        ]
        columns = dict(case_no="c", cause="t", filed_on="d", handler="s")
        columns |= dict(reason=("t", "classed_by"), marked_by_court="s", silent_days="n")
        caption = words("open_of_category", category=words.of("category", category))
        yield sheet.table(
            f"open-{category}", columns, rows, caption, len(group), frame="categories"
        )
