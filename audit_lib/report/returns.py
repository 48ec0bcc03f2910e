"""The monthly returns against the record, discrepancy by discrepancy, and the promises in them."""

import pandas as pd

from audit_lib.report.blocks import Heading, Part, Picture, Text
from audit_lib.report.charts import bar_chart, pace_chart
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing

__all__ = ["build_returns", "promise_rows"]


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
            words.signed(r.difference),
            words.yes(r.late_return),
            sheet.count(r.items_missing),
            sheet.count(r.promises_slipped),
        )
        for r in tables["campaign"].itertuples(index=False)
    ]
    columns = dict(category="t", returned_closed="n", closed=("n", "recorded_closed"))
    columns |= dict(returned_open="n", open=("n", "recorded_open"), difference="n")
    columns |= dict(late_return="s", items_missing="n", promises_slipped="n")
    blocks = [
        Text(words("returns_lead")),
        sheet.absent("campaign", "returns", "return_items"),
        sheet.table("returns", columns, rows, words("returns_table")),
        _pace(sheet),
    ]
    if sheet.rule.case_rows:
        if tables.given("faults"):
            blocks.append(_faults(sheet))
        blocks += [_not_listed(sheet), Heading(words("promises")), _promises(sheet)]
        blocks.append(_kept(sheet))
    return sheet.part("returns", *blocks)


def _faults(sheet: Sheet):
    """Return every discrepancy between returns and record, with what each says."""
    words, faults = sheet.words, sheet.tables["faults"]
    listed = faults.sort_values(["month", "category", "case_no", "fault"], ascending=False)
    listed = pd.concat([listed[listed["case_no"].isna()], listed[listed["case_no"].notna()]])
    rows = [
        (
            words.month(r.month),
            words.of("category", r.category),
            sheet.case(r.case_no),
            words.of("campaign_fault", r.fault),
            sheet.text(words.said(r.claimed)),
            sheet.text(words.said(r.found)),
            sheet.text(words.of("campaign_doubt", r.doubt)),
            sheet.text(words.evidence(r.evidence)),
        )
        for r in rows_of(listed, sheet.settings.rows.cases)
    ]
    columns = dict(month="s", category="s", case_no="c", fault="t", claimed="t", found="t")
    columns |= dict(doubt="t", evidence="t")
    return sheet.table("faults", columns, rows, words("faults_table"), len(listed), frame="faults")


def _kept(sheet: Sheet) -> Picture | None:
    """Return promised against done as a picture."""
    words, promises = sheet.words, promise_rows(sheet)
    if not promises:
        return None
    states = [p[5] for p in promises]
    rows = [
        {"name": words.of("promise", state), "value": states.count(state)}
        for state in ("kept", "kept_late", "slipped")
    ]
    told = words("list_separator").join(f"{r['name']} {r['value']}" for r in rows)
    alt = words("promises_alt") + told
    return Picture(bar_chart(rows, None), alt, words("promises_caption"))


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
    columns = dict(case_no="c", category="t", reason=("t", "classed_by"), old="s")
    columns |= dict(marked_by_court="s")
    caption = words("not_listed", month=words.month(month))
    note = words("not_listed_note")
    return sheet.table("not-listed", columns, rows, caption, len(hidden), note, frame="categories")


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
    columns = dict(case_no="c", category="t", month="s", promised_on="d", closed_on="d", state="s")
    caption = words("promises_table")
    return sheet.table("promises", columns, rows, caption, len(promises), frame="return_items")
