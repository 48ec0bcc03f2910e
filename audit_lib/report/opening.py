"""The first page: whose report this is, what became of the last round, two minutes of summary."""

from audit_lib.labels import labels
from audit_lib.report.blocks import (
    Cell,
    Contents,
    Figure,
    Figures,
    Heading,
    Items,
    Pair,
    Part,
    Text,
)
from audit_lib.report.explain import explanations
from audit_lib.report.figures import count_figures
from audit_lib.report.ledger import STATES, build_ledger
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import missing, truth

__all__ = ["build_cover", "build_follow_up", "build_ledger_part", "build_summary"]

# Figure → unit, the table of its cases, the part that this stands in, whether much of it is bad.
_BEHIND = {
    "open_cases": ("case", "risk", "risk", "plain"),
    "cases_with_findings": ("case", "found", "findings", "bad"),
    "high_findings": ("item", "found", "findings", "bad"),
    "silent_cases": ("case", "silence", "findings", "bad"),
    "terminated_cases": ("case", "terminated", "terminations", "plain"),
    "money_held": (None, "held", "funds", "bad"),
    "petitions_supported": ("case", "claims", "petitions", "bad"),
    "returns_difference": ("case", "faults", "returns", "bad"),
    "unknown": ("item", "unknown", "not_checkable", "plain"),
    "drawn_cases": ("case", "draw", "risk", "plain"),
}
_LEDGER_SAID = (("done", True), ("not_done", False), ("came_back", False), ("claimed", False))


def build_cover(sheet: Sheet) -> Part:
    """Build the head of the report with its notices."""
    words, facts = sheet.words, sheet.tables.facts
    title = words("title_court", court=facts.court_name)
    named = labels("campaign_stage", words.lang).get(facts.stage, facts.stage)
    about = words(
        "about",
        court=facts.court_code,
        round=words.round(facts.name),
        day=words.day(facts.as_of),
        audience=words.of("audience", sheet.tables.audience),
    )
    blocks = [Text(about, "centre")]
    if facts.stage:
        blocks.append(Text(words("stage", stage=named), "centre"))
    if facts.invented:
        blocks.append(Text(words.of("notice", "invented"), "warning"))
    blocks.append(Text(words.of("notice", "lead"), "notice"))
    return Part("cover", title, tuple(blocks), words.lang)


def build_follow_up(sheet: Sheet) -> Part:
    """Build the sums of the last rounds' ledger: done, late, not done, came back."""
    words, ledger = sheet.words, build_ledger(sheet.tables)
    if ledger.empty:
        lead = Text(words("no_earlier_issues"))
        return sheet.part("follow_up", sheet.absent("inspections"), lead)
    counts = ledger["state"].value_counts()
    tones = {"done": "good", "open": "plain", "no_term": "plain"}
    figures = [
        Figure(
            words.of("state", state),
            sheet.count(counts.get(state, 0)),
            sheet.way("ledger", "ledger") if counts.get(state, 0) else None,
            tones.get(state, "bad") if counts.get(state, 0) else "plain",
            sheet.unit("item"),
        )
        for state in STATES
    ]
    return sheet.part("follow_up", Figures(figures, strip=True))


def build_ledger_part(sheet: Sheet) -> Part:
    """Build the ledger itself, issue by issue, what weighs most first."""
    words, ledger = sheet.words, build_ledger(sheet.tables)
    rows = [
        (
            sheet.case(r.case_no),
            words.round(r.round),
            words.of("issue", r.issue),
            words.day(r.rectify_by),
            words.day(r.rectified_on),
            words.of("state", r.state),
            words.number(r.days_late if r.state in ("late", "not_done") else None),
        )
        for r in rows_of(ledger, sheet.settings.rows.cases)
    ]
    columns = dict(case_no="c", round="s", issue="s", rectify_by="d", rectified_on="d")
    columns |= dict(state="t", days_late="n")
    table = sheet.table("ledger", columns, rows, words("ledger"), len(ledger), frame="ledger")
    return sheet.part("ledger", Text(words("follow_up_lead")), table)


def build_summary(sheet: Sheet, keys: list[str]) -> Part:
    """Build one page: what improved, what did not, what the court has to explain.

    Parameters
    ----------
    sheet : Sheet, after the parts that the figures lead to
    keys : ids of the parts that follow, for the contents
    """
    words = sheet.words
    figures, left_out = count_figures(sheet.tables), sheet.rule.parts_left_out
    shown = []
    for name, (unit, table, part, tone) in _BEHIND.items():
        if part in left_out and name != "open_cases":
            continue
        value = figures[name]
        text, known = sheet.count(value), not missing(value)
        if name == "money_held" and known:
            text = words.yuan(value)
        way = sheet.way(table, part) or sheet.way("found", "findings")
        counted = sheet.unit(unit) if unit and known else ""
        shown.append(
            Figure(words.of("figure", name), text, way, tone if value else "plain", counted)
        )
    better, worse = _progress(sheet)
    limit = sheet.settings.summary
    explain = explanations(sheet)[: limit.things]
    contents = [Cell(words.of("report_part", key), f"#part-{key}") for key in keys]
    return sheet.part(
        "summary",
        Figures(shown),
        Pair(
            (words("improved"), _listed(better[: limit.improved], words("nothing_improved"))),
            (words("not_improved"), _listed(worse[: limit.not_improved], words("nothing_worse"))),
        ),
        Heading(words("to_explain")),
        _listed(explain, words("nothing_to_explain"), ordered=True),
        Text(words("summary_limits"), "small"),
        Contents(words("contents"), contents),
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
        values |= dict(target=words.day(r.target_on), cleared=sheet.count(r.cleared_strict))
        way = sheet.way(f"open-{r.category}", "cleanups")
        kept = truth(r.on_target)
        if kept is True and r.backlog:
            better.append(Cell(words("category_on_target", **values), way))
        elif kept is False:
            worse.append(Cell(words("category_off_target", **values), way))
        change = _since_last_return(sheet.tables, r)
        if change is not None and change[1] != change[0]:
            fewer = change[1] < change[0]
            values |= dict(before=sheet.count(change[0]), month=words.month(change[2]))
            code = "open_fell" if fewer else "open_rose"
            (better if fewer else worse).append(Cell(words(code, **values), way))
    _pace(sheet, worse)
    _duties(sheet, better, worse)
    states = build_ledger(sheet.tables)["state"].value_counts()
    for state, is_better in _LEDGER_SAID:
        if states.get(state, 0) and "ledger" not in sheet.rule.parts_left_out:
            number = sheet.count(states[state])
            group = better if is_better else worse
            said = Cell(words(f"ledger_{state}", number=number), sheet.way("ledger", "ledger"))
            group.append(said)
    return better, worse


def _pace(sheet: Sheet, worse: list[Cell]) -> None:
    """Say which category will not be cleared by its day at the present pace."""
    words = sheet.words
    for r in sheet.tables["forecast"].itertuples(index=False):
        behind = r.outlook in ("too_late", "stands_still") and not missing(r.target_on)
        if behind and r.open_old:
            values = dict(category=words.of("category", r.category), target=words.day(r.target_on))
            values |= dict(left=sheet.count(r.open_old), days=words.number(r.days))
            said = words(f"pace_{r.outlook}", **values)
            worse.append(Cell(said, sheet.way("forecast", "cleanups")))


def _duties(sheet: Sheet, better: list[Cell], worse: list[Cell]) -> None:
    """Say which of the six duties are done in time more often than before, and which less."""
    words, trend, as_of = sheet.words, sheet.tables["trend"], sheet.tables.facts.as_of
    settings = sheet.settings.summary
    before = trend.loc[trend["as_of"] < as_of, "as_of"].max()
    # Of two obligations one more is half of them: too few to speak of better or worse.
    due = trend[trend["as_of"].isin([as_of, before])].groupby("duty")["due"].min()
    many = trend["duty"].map(due) >= settings.change_obligations
    changed = trend["change"].abs() >= settings.change_points / 100
    today = trend[(trend["as_of"] == as_of) & changed & many]
    for r in today.sort_values("change", ascending=False).itertuples(index=False):
        values = dict(duty=words.of("duty", r.duty), share=words.share(r.share_met, 1))
        values |= dict(points=words.number(abs(r.change) * 100), day=words.day(before))
        code = "duty_rose" if r.change > 0 else "duty_fell"
        group = better if r.change > 0 else worse
        group.append(Cell(words(code, **values), sheet.way("card", "card")))


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
