"""One card a case: facts, timeline picture, findings with articles and rows."""

import pandas as pd

from audit_lib.report.blocks import CaseCard, Part, Picture, Text
from audit_lib.report.figures import finding_rows
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet
from audit_lib.report.timeline import PAUSES, Timeline, draw_timeline
from audit_lib.report.wording import missing

__all__ = ["build_cards", "case_timeline"]


def build_cards(sheet: Sheet) -> Part:
    """Build the cards of every case that the report named before.

    Parameters
    ----------
    sheet : Sheet, after every other part was built

    Returns
    -------
    Part
        One :class:`CaseCard` a case, by the order in which the report names them.
    """
    words, tables = sheet.words, sheet.tables
    if not sheet.shows_cards:
        return sheet.part("cases", Text(words("no_case_rows")))
    groups = {
        name: _by_case(tables[name], sheet.cards)
        for name in ("cases", "events", "parties", "silence", "score")
    }
    groups["check"] = _by_case(finding_rows(tables), sheet.cards)
    cards = [_card(sheet, number, anchor, groups) for number, anchor in sheet.cards.items()]
    legend = [Text(words("legend"), "small"), *cards] if cards else [Text(words("none"))]
    return sheet.part("cases", *legend)


def _by_case(frame: pd.DataFrame, numbers) -> dict[str, list]:
    """Return the rows of each case as named tuples, read once for all cards."""
    found: dict[str, list] = {}
    for row in frame[frame["case_no"].isin(numbers)].itertuples(index=False):
        found.setdefault(row.case_no, []).append(row)
    return found


def _card(sheet: Sheet, number: str, anchor: str, groups) -> CaseCard:
    words = sheet.words
    rows = {name: group.get(number, []) for name, group in groups.items()}
    facts = _facts(sheet, rows)
    blocks = []
    line = case_timeline(rows, sheet.tables.facts.as_of, words)
    if line is not None:
        blocks.append(Picture(draw_timeline(line, words), _told(line, words)))
    limit = sheet.settings.rows.findings_of_a_card
    found = rows["check"]
    cells = [
        (
            rule_title(r.rule, words.lang),
            words.of("outcome", r.outcome),
            words.day(r.due_on),
            words.day(r.done_on),
            words.number(r.days_late),
            sheet.text(r.subject),
            cite(r.source, r.article, words.lang),
            sheet.text(words.basis(r.evidence, r.note)),
        )
        for r in found[:limit]
    ]
    columns = dict(rule="t", outcome="s", due_on="d", done_on="d", days_late="n", subject="t")
    columns |= dict(article="t", evidence="t")
    caption = words("findings_of_case")
    blocks.append(sheet.table(f"of-{anchor}", columns, cells, caption, total=len(found)))
    if number not in groups["cases"]:
        blocks.insert(0, Text(words("case_not_in_record"), "warning"))
    return CaseCard(anchor, number, facts, blocks)


def _facts(sheet: Sheet, rows) -> list[tuple[str, str]]:
    words, facts = sheet.words, []
    for case in rows["cases"][:1]:
        facts = [
            ("cause", sheet.text(case.cause)),
            ("filed_on", words.day(case.filed_on)),
            ("claim_amount", words.yuan(case.claim_amount)),
            ("handler", sheet.text(case.handler)),
        ]
        for role in ("creditor", "debtor"):
            names = [p.name for p in rows["parties"] if p.role == role and not missing(p.name)]
            facts.append((role, sheet.text(words("list_separator").join(names[:4]))))
        if not missing(case.closed_on) and case.closed_on <= sheet.tables.facts.as_of:
            manner = words.of("closing_manner", case.closing_manner)
            facts.append(("closed_on", f"{words.day(case.closed_on)} {manner}"))
    for silent in rows["silence"][:1]:
        if not missing(silent.silent_days):
            facts.append(("silent_days", words.number(silent.silent_days)))
    for score in rows["score"][:1]:
        facts.append(("score", words.number(score.score)))
    return [(words.column(name), value) for name, value in facts if value != "—"]


def case_timeline(rows, as_of, words) -> Timeline | None:
    """Build what is drawn of one case.

    Parameters
    ----------
    rows : mapping of ``cases``, ``events``, ``check``, ``silence`` to the case's rows, each a
        list of named tuples
    as_of : audit day
    words : Words

    Returns
    -------
    Timeline or None
        ``None`` where the record has no day at all.
    """
    events = [(r.day, r.event) for r in rows["events"]]
    for case in rows["cases"][:1]:
        events += [
            (case.applied_on, "application_received"),
            (case.filed_on, "case_filed"),
            (case.closed_on, "case_closed"),
        ]
    seen = sorted({(d, str(c)) for d, c in events if not missing(d) and d <= as_of})
    if not seen:
        return None
    dues = {}
    for r in rows["check"]:
        if not missing(r.due_on):
            dues.setdefault(r.due_on.normalize(), rule_title(r.rule, words.lang))
    listed = [(d, words("due_mark", rule=t), True) for d, t in sorted(dues.items())][:6]
    silence = next(
        (
            (r.silent_from, min(r.silent_until, as_of))
            for r in rows["silence"]
            if not missing(r.silent_from) and not missing(r.silent_until)
        ),
        None,
    )
    return Timeline(seen, listed, _pauses(rows["events"], as_of), silence, as_of)


def _pauses(events: list, as_of) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Return recorded pauses; one without an end runs to ``resumed``, else to the audit day."""
    ends = sorted(r.day for r in events if r.event == "resumed" and not missing(r.day))
    found = []
    for r in events:
        if r.event not in PAUSES or missing(r.day) or r.day > as_of:
            continue
        end = r.until if not missing(r.until) else as_of
        end = min([end, as_of, *[e for e in ends if e >= r.day]])
        found.append((r.day, max(end, r.day)))
    return sorted(found)


def _told(line: Timeline, words) -> str:
    """Say in words what the picture shows."""
    parts = [f"{words.day(d)} {words.of('event', c)}" for d, c in line.events[:30]]
    if len(line.events) > 30:
        parts.append("…")
    parts += [f"{words.day(d)} {text}" for d, text, _ in line.dues]
    if line.silence:
        start, end = map(words.day, line.silence)
        parts.append(words("silent_between", start=start, end=end))
    return words("timeline") + words("colon") + words("list_separator").join(parts)
