"""The first pages: whose report this is, the last round's ledger, two minutes of summary."""

from audit_lib.labels import labels
from audit_lib.report.blocks import Cell, Contents, Figure, Figures, Heading, Items, Part, Text
from audit_lib.report.figures import count_figures, money_held, rule_counts, silent_cases
from audit_lib.report.ledger import STATES, build_ledger
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing, truth

__all__ = ["build_cover", "build_follow_up", "build_summary", "explanations"]

# Which part shows the cases behind a figure, and whether much of it is bad.
_BEHIND = {
    "open_cases": ("findings", "plain"),
    "cases_with_findings": ("findings", "bad"),
    "high_findings": ("findings", "bad"),
    "silent_cases": ("findings", "bad"),
    "terminated_cases": ("terminations", "plain"),
    "money_held": ("funds", "bad"),
    "petitions_supported": ("petitions", "bad"),
    "returns_difference": ("returns", "bad"),
    "unknown": ("not_checkable", "plain"),
    "drawn_cases": ("risk", "plain"),
}


_LEDGER_SAID = (("done", True), ("not_done", False), ("came_back", False), ("claimed", False))


def build_cover(sheet: Sheet, keys: list[str]) -> Part:
    """Build the head of the report with its notices and contents.

    Parameters
    ----------
    sheet : Sheet
    keys : ids of the parts that follow
    """
    words, facts = sheet.words, sheet.tables.facts
    title = words("title_court", court=facts.court_name)
    named = labels("campaign_stage", words.lang).get(facts.stage, facts.stage)
    stage = words("stage", stage=named) if facts.stage else None
    about = words(
        "about",
        court=facts.court_code,
        round=facts.name,
        day=words.day(facts.as_of),
        audience=words.of("audience", sheet.tables.audience),
    )
    contents = [Cell(words.of("report_part", key), f"#part-{key}") for key in keys]
    return Part(
        "cover",
        title,
        tuple(
            b
            for b in (
                Text(about, "centre"),
                Text(stage, "centre") if stage else None,
                Text(words.of("notice", "invented"), "warning") if facts.invented else None,
                Text(words.of("notice", "lead"), "notice"),
                Contents(words("contents"), contents),
            )
            if b is not None
        ),
        words.lang,
    )


def build_follow_up(sheet: Sheet) -> Part:
    """Build the ledger of the last rounds: done, late, not done, came back."""
    words, ledger = sheet.words, build_ledger(sheet.tables)
    if ledger.empty:
        return sheet.part(
            "follow_up", sheet.absent("inspections"), Text(words("no_earlier_issues"))
        )
    counts = ledger["state"].value_counts()
    tones = {"done": "good", "open": "plain", "no_term": "plain"}
    figures = [
        Figure(
            words.of("state", state),
            sheet.count(counts.get(state, 0)),
            "#table-ledger",
            tones.get(state, "bad") if counts.get(state, 0) else "plain",
        )
        for state in STATES
    ]
    rows = [
        (
            sheet.case(r.case_no),
            sheet.text(r.round),
            words.of("issue", r.issue),
            words.day(r.rectify_by),
            words.day(r.rectified_on),
            words.of("state", r.state),
            words.number(r.days_late if r.state in ("late", "not_done") else None),
        )
        for r in rows_of(ledger, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="t", round="t", issue="t", rectify_by="d", rectified_on="d")
    columns |= dict(state="t", days_late="n")
    table = sheet.table("ledger", columns, rows, words("ledger"), total=len(ledger))
    return sheet.part("follow_up", Text(words("follow_up_lead")), Figures(figures), table)


def build_summary(sheet: Sheet) -> Part:
    """Build one page: what improved, what did not, what the court has to explain."""
    words, tables = sheet.words, sheet.tables
    figures = count_figures(tables)
    shown = []
    for name, (part, tone) in _BEHIND.items():
        if part in sheet.rule.parts_left_out:
            continue
        value = figures[name]
        text = (
            words.yuan(value) if name == "money_held" and value is not None else sheet.count(value)
        )
        shown.append(
            Figure(words.of("figure", name), text, f"#part-{part}", tone if value else "plain")
        )
    better, worse = _progress(sheet)
    limit = sheet.settings.summary
    explain = explanations(sheet)[: limit.things]
    return sheet.part(
        "summary",
        Figures(shown),
        Heading(words("improved")),
        _listed(better[: limit.improved], words("nothing_improved")),
        Heading(words("not_improved")),
        _listed(worse[: limit.not_improved], words("nothing_worse")),
        Heading(words("to_explain")),
        _listed(explain, words("nothing_to_explain"), ordered=True),
        Text(words("summary_limits"), "small"),
    )


def _listed(items: list[Cell], empty: str, ordered=False):
    return Items(items, ordered) if items else Text(empty)


def _progress(sheet: Sheet) -> tuple[list[Cell], list[Cell]]:
    """Return what improved and what did not, each with its numbers."""
    words, better, worse = sheet.words, [], []
    for r in sheet.tables["campaign"].itertuples(index=False):
        if not r.backlog and not r.open:
            continue
        category = words.of("category", r.category)
        values = dict(category=category, open=sheet.count(r.open), backlog=sheet.count(r.backlog))
        values |= dict(target=words.day(r.target_on), closed=sheet.count(r.closed))
        kept = truth(r.on_target)
        if kept is True:
            better.append(Cell(words("category_on_target", **values), "#part-cleanups"))
        elif kept is False:
            worse.append(Cell(words("category_off_target", **values), "#part-cleanups"))
        change = _since_last_return(sheet.tables, r)
        if change is not None and change[1] != change[0]:
            fewer = change[1] < change[0]
            values |= dict(before=sheet.count(change[0]), month=words.month(change[2]))
            code = "open_fell" if fewer else "open_rose"
            (better if fewer else worse).append(Cell(words(code, **values), "#part-cleanups"))
    states = build_ledger(sheet.tables)["state"].value_counts()
    for state, is_better in _LEDGER_SAID:
        if states.get(state, 0) and "follow_up" not in sheet.rule.parts_left_out:
            number = sheet.count(states[state])
            group = better if is_better else worse
            group.append(Cell(words(f"ledger_{state}", number=number), "#part-follow_up"))
    return better, worse


def _since_last_return(tables, row) -> tuple[float, float, str] | None:
    """Return the open cases of the return before this month, those of today, and its month."""
    returns = tables["returns"]
    before = returns[
        (returns["category"] == row.category)
        & (returns["month"].astype(str) < f"{tables.facts.as_of:%Y-%m}")
    ].sort_values("month")
    if before.empty or missing(row.open) or missing(before["open_count"].iloc[-1]):
        return None
    return float(before["open_count"].iloc[-1]), float(row.open), str(before["month"].iloc[-1])


def explanations(sheet: Sheet) -> list[Cell]:
    """Return the things that a court has to explain, in the order of the parameter file.

    Returns
    -------
    list of Cell
        One sentence with its numbers and the part where its cases stand.
    """
    found = []
    for kind in sheet.settings.summary.explain_order:
        cell = _EXPLAIN[kind](sheet)
        if cell is not None and cell.href.removeprefix("#part-") not in sheet.rule.parts_left_out:
            found.append(cell)
    return found


def _hidden_cases(sheet: Sheet) -> Cell | None:
    campaign = sheet.tables["campaign"]
    wrong = campaign[campaign["difference"].fillna(0) != 0]
    if wrong.empty:
        return None
    row = wrong.loc[wrong["difference"].abs().sort_values(kind="stable").index[-1]]
    words = sheet.words
    return Cell(
        words(
            "explain_return",
            category=words.of("category", row["category"]),
            returned=sheet.count(row["returned_open"]),
            open=sheet.count(row["open"]),
        ),
        "#part-returns",
    )


def _rectification_overdue(sheet: Sheet) -> Cell | None:
    ledger = build_ledger(sheet.tables)
    wrong = ledger[ledger["state"].isin(["not_done", "came_back", "claimed"])]
    if wrong.empty:
        return None
    return Cell(sheet.words("explain_ledger", number=sheet.count(len(wrong))), "#part-follow_up")


def _worst_rule(sheet: Sheet) -> Cell | None:
    rules = rule_counts(sheet.tables)
    if rules.empty:
        return None
    row, words = rules.iloc[0], sheet.words
    return Cell(
        words(
            "explain_rule",
            rule=rule_title(row["rule"], words.lang),
            cases=sheet.count(row["cases"]),
            article=cite(row["source"], row["article"], words.lang),
        ),
        "#part-findings",
    )


def _corroborated(sheet: Sheet) -> Cell | None:
    claims = sheet.tables["claims"]
    number = claims.loc[claims["verdict"] == "supported", "petition_id"].nunique()
    if not number:
        return None
    return Cell(sheet.words("explain_petitions", number=sheet.count(number)), "#part-petitions")


def _silence(sheet: Sheet) -> Cell | None:
    silent = silent_cases(sheet.tables)
    if silent.empty:
        return None
    return Cell(
        sheet.words(
            "explain_silence",
            number=sheet.count(len(silent)),
            days=sheet.settings.summary.silent_days,
            longest=sheet.words.number(silent["silent_days"].iloc[0]),
        ),
        "#table-silence" if sheet.rule.case_rows else "#part-findings",
    )


def _money(sheet: Sheet) -> Cell | None:
    check = sheet.tables["check"]
    late = check[(check["theme"] == "funds") & check["outcome"].isin(["overdue", "breached"])]
    if late.empty:
        return None
    held = money_held(sheet.tables)
    held = held.loc[held["case_no"].isin(set(late["case_no"])), "held"].clip(lower=0).sum()
    return Cell(
        sheet.words(
            "explain_money",
            cases=sheet.count(late["case_no"].nunique()),
            amount=sheet.words.yuan(held),
        ),
        "#part-funds",
    )


def _slipped(sheet: Sheet) -> Cell | None:
    number = sheet.tables["campaign"]["promises_slipped"].fillna(0).sum()
    if not number:
        return None
    return Cell(sheet.words("explain_promises", number=sheet.count(number)), "#part-returns")


def _late_return(sheet: Sheet) -> Cell | None:
    campaign = sheet.tables["campaign"]
    late = campaign[campaign["late_return"].map(truth).eq(True)]
    if late.empty:
        return None
    names = sheet.words("list_separator").join(
        sheet.words.of("category", c) for c in late["category"].dropna().unique()
    )
    return Cell(sheet.words("explain_late_return", categories=names), "#part-returns")


_EXPLAIN = {
    "hidden_cases": _hidden_cases,
    "rectification_overdue": _rectification_overdue,
    "worst_rule": _worst_rule,
    "corroborated_petitions": _corroborated,
    "silence": _silence,
    "money": _money,
    "promises_slipped": _slipped,
    "late_return": _late_return,
}
