"""The three clean-ups and the monthly returns against the record."""

from audit_lib.report.blocks import Heading, Part, Picture, Text
from audit_lib.report.charts import pace_chart, progress_chart
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing

__all__ = ["build_cleanups", "build_returns"]


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
            sheet.count(r.open),
            words.share(r.cleared_strict, r.backlog),
            words.day(r.target_on),
            words.yes(r.on_target),
        )
        for r in campaign.itertuples(index=False)
    ]
    columns = dict(category="t", backlog="n", closed="n", cleared_strict="n")
    columns |= dict(cleared_with_termination="n", open="n", cleared_share="n", target_on="d")
    columns |= dict(on_target="t")
    table = sheet.table("cleanups", columns, rows, words("cleanups_table"))
    picture = None
    if rows:
        drawn = [
            {
                "category": words.of("category", r.category),
                "closed": r.cleared_strict,
                "terminated": _rest(r.cleared_with_termination, r.cleared_strict),
                "open": r.open,
            }
            for r in campaign.itertuples(index=False)
        ]
        picture = Picture(
            progress_chart(drawn, words), words("cleanups_alt"), words("cleanups_caption")
        )
    return sheet.part(
        "cleanups",
        Text(words("cleanups_lead")),
        sheet.absent("campaign"),
        table,
        picture,
        *_open_cases(sheet),
    )


def _rest(whole, part) -> float:
    if missing(whole) or missing(part):
        return 0.0
    return max(float(whole) - float(part), 0.0)


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
        columns = dict(case_no="t", cause="t", filed_on="d", handler="t", reason="t")
        columns |= dict(marked_by_court="t", silent_days="n")
        caption = words("open_of_category", category=words.of("category", category))
        yield sheet.table(f"open-{category}", columns, rows, caption, total=len(group))


def build_returns(sheet: Sheet) -> Part:
    """Build the returns against the record, case by case, and the promises that slipped.

    References
    ----------
    泰中法办〔2016〕35号, 二: returns by the 28th, each open case with reason, plan and term.
    """
    words, tables = sheet.words, sheet.tables
    rows = [
        (
            words.of("category", r.category),
            sheet.count(r.returned_closed),
            sheet.count(r.closed),
            sheet.count(r.returned_open),
            sheet.count(r.open),
            words.number(r.difference),
            words.yes(r.late_return),
            sheet.count(r.items_missing),
            sheet.count(r.promises_slipped),
        )
        for r in tables["campaign"].itertuples(index=False)
    ]
    columns = dict(category="t", returned_closed="n", closed="n", returned_open="n", open="n")
    columns |= dict(difference="n", late_return="t", items_missing="n", promises_slipped="n")
    blocks = [
        Text(words("returns_lead")),
        sheet.absent("campaign", "returns", "return_items"),
        sheet.table("returns", columns, rows, words("returns_table")),
        _pace(sheet),
    ]
    if sheet.rule.case_rows:
        blocks += [_not_listed(sheet), Heading(words("promises")), _promises(sheet)]
    return sheet.part("returns", *blocks)


def _pace(sheet: Sheet) -> Picture | None:
    words, returns = sheet.words, sheet.tables["returns"]
    told = returns.dropna(subset=["month", "open_count"]).sort_values(["category", "month"])
    rows = [
        {
            "month": str(r.month),
            "category": words.of("category", r.category),
            "account": words("chart_returned"),
            "open": float(r.open_count),
        }
        for r in told.itertuples(index=False)
    ]
    rows += [
        {
            "month": f"{sheet.tables.facts.as_of:%Y-%m}",
            "category": words.of("category", r.category),
            "account": words("chart_recorded"),
            "open": float(r.open),
        }
        for r in sheet.tables["campaign"].itertuples(index=False)
        if not missing(r.open)
    ]
    if told["month"].nunique() < 2 or sheet.rule.smallest_count:
        return None
    return Picture(pace_chart(rows, words), words("pace_alt"), words("pace_caption"))


def last_month(sheet: Sheet) -> str | None:
    """Return the month of the latest return that was due by the audit day."""
    items, returns = sheet.tables["return_items"], sheet.tables["returns"]
    months = {str(m) for m in (*items["month"].dropna(), *returns["month"].dropna())}
    known = sorted(m for m in months if m <= f"{sheet.tables.facts.as_of:%Y-%m}")
    return known[-1] if known else None


def _not_listed(sheet: Sheet):
    """Return the open cases of the record that the last return's list does not name."""
    tables, words = sheet.tables, sheet.words
    month = last_month(sheet)
    if month is None or not tables.given("categories") or not tables.given("return_items"):
        return None
    items = tables["return_items"]
    named = items[items["month"].astype(str) == month]
    listed = set(zip(named["category"], named["case_no"], strict=True))
    cases = tables["cases"]
    open_numbers = set(cases.loc[~(cases["closed_on"] <= tables.facts.as_of), "case_no"])
    hidden = [
        r
        for r in tables["categories"]
        .drop_duplicates(["case_no", "category"])
        .itertuples(index=False)
        if r.case_no in open_numbers and (r.category, r.case_no) not in listed
    ]
    hidden.sort(key=lambda r: (r.category, r.case_no))
    rows = [
        (
            sheet.case(r.case_no),
            words.of("category", r.category),
            sheet.text(words.of("campaign_reason", r.reason)),
            words.yes(r.old),
            words.yes(r.marked_by_court),
        )
        for r in hidden[: sheet.settings.rows.cases]
    ]
    columns = dict(case_no="t", category="t", reason="t", old="t", marked_by_court="t")
    caption = words("not_listed", month=words.month(month))
    return sheet.table("not-listed", columns, rows, caption, len(hidden), words("not_listed_note"))


def promise_rows(sheet: Sheet) -> list[tuple]:
    """Return each promise whose day has come, against what the record has by now.

    Returns
    -------
    list of (case_no, category, month, promised_on, closed_on or missing, state)
        The first promise of each case and category; ``state`` ``kept``, ``kept_late`` or
        ``slipped``; what slipped longest first.
    """
    tables = sheet.tables
    as_of = tables.facts.as_of
    items = tables["return_items"].dropna(subset=["promised_on"])
    items = items[items["promised_on"] <= as_of].sort_values(["month", "promised_on"])
    items = items.drop_duplicates(["case_no", "category"])
    closed = tables["cases"].drop_duplicates("case_no").set_index("case_no")["closed_on"]
    found = []
    for r in items.itertuples(index=False):
        end = closed.get(r.case_no)
        end = None if missing(end) or end > as_of else end
        state = "slipped" if end is None else "kept" if end <= r.promised_on else "kept_late"
        found.append((r.case_no, r.category, str(r.month), r.promised_on, end, state))
    order = {"slipped": 0, "kept_late": 1, "kept": 2}
    return sorted(found, key=lambda p: (order[p[5]], p[3], p[0], str(p[1])))


def _promises(sheet: Sheet):
    words = sheet.words
    promises = promise_rows(sheet)
    rows = [
        (
            sheet.case(case),
            words.of("category", category),
            words.month(month),
            words.day(promised),
            words.day(closed),
            words.of("promise", state),
        )
        for case, category, month, promised, closed, state in promises[: sheet.settings.rows.cases]
    ]
    columns = dict(case_no="t", category="t", month="t", promised_on="d", closed_on="d", state="t")
    return sheet.table("promises", columns, rows, words("promises_table"), total=len(promises))
