"""The dossier of an interview: notice, facts, issues, questions, promises, ledger, reply form.

Takes the tables of a court whose interview a person has confirmed. Every issue cites article,
case and rows, and says what is not known; it is put as a question, never as a verdict.
"""

from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import BadRound
from audit_lib.labels import Lang
from audit_lib.law import load_rules
from audit_lib.report.blocks import Table, Text
from audit_lib.report.card import DUTIES
from audit_lib.report.courttables import CourtTables
from audit_lib.report.document import OfficialDocument, Section
from audit_lib.report.explain import explanations
from audit_lib.report.figures import count_figures, finding_rows, rule_counts
from audit_lib.report.issuing import is_bound, issuer_of, number_of, supervision_article
from audit_lib.report.ledger import build_ledger
from audit_lib.report.redact import mask_tables
from audit_lib.report.returns import promise_rows
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.sheet import Sheet, rows_of
from audit_lib.report.wording import Words, missing

__all__ = ["TABLE_KINDS", "TABLE_SHAPES", "dossier"]

#: Relative widths of the columns of each table that a document can hold.
TABLE_SHAPES: dict[str, list[float]] = {
    "figures": [10, 6],
    "progress": [6, 3, 4, 4, 3, 8, 4, 3],
    "issues": [3, 7, 8, 6.5, 9, 9],
    "promises": [7, 4, 5, 7.5, 7.5, 5],
    "ledger": [7, 4, 7, 7, 5, 4],
    "reply": [3, 9, 4, 6, 6.5, 5, 4],
    "courts": [9, 4, 4, 5, 4, 5, 5],
    "standing": [9, 5, 3, 4, 5, 5, 7],
    "clearing": [6, 4, 4, 5, 4, 6],
}

#: What stands in those columns: t text, n number, d day.
TABLE_KINDS: dict[str, str] = {
    "figures": "tn",
    "progress": "tnnnntnn",
    "issues": "tttttt",
    "promises": "tttttt",
    "ledger": "tttttn",
    "reply": "ttttttt",
    "courts": "tnnnnnn",
    "standing": "ttnnnnt",
    "clearing": "tnnnnt",
}

# Figure → its unit; sums of money have their own.
_FIGURES = dict.fromkeys(
    "cases open_cases closed_cases terminated_cases cases_with_findings silent_cases petitions "
    "petitions_supported returns_difference".split(),
    "case",
) | dict.fromkeys("overdue breached late unknown".split(), "item")
_FIGURES |= dict.fromkeys(["money_received", "money_held"])


@dataclass(frozen=True)
class Issue:
    """One thing to be answered: its words, and for a rule its duty and cases."""

    text: str
    duty: str | None = None


def dossier(
    tables: CourtTables, lang: Lang | None = None, audience: str | None = None
) -> OfficialDocument:
    """Build the dossier of one court's interview.

    Parameters
    ----------
    tables : CourtTables, from :func:`load_court`
    lang : ``zh`` or ``en``; the round's language when not given
    audience : an entry of ``parameters/audiences.yaml``; the round's when not given

    Returns
    -------
    OfficialDocument
        ``.html``, ``.write_pdf(path)``, ``.write_docx(path)``; shown in a notebook as HTML.

    Raises
    ------
    BadRound
        Nobody has confirmed an interview of this court in the round's file.

    References
    ----------
    泰中法办〔2016〕35号, 二 and 三(三): 约谈问责机制.
    """
    tables = mask_tables(tables, audience or tables.facts.audience)
    words = Words(lang or tables.facts.lang)
    sheet = Sheet(tables, words)
    facts = tables.facts
    interview = next((i for i in facts.interviews if i.get("court") == facts.court_code), None)
    if interview is None:
        raise BadRound(
            f"No interview of `{facts.court_code}` is confirmed in the round `{facts.name}`.\n"
            "A person confirms it under `interviews` of the round's file, with `by` and `on`."
        )
    issues = _issues(sheet)
    sections = [
        Section("notice", words("dossier_1"), _notice(sheet, interview)),
        Section("facts", words("dossier_2"), _facts(sheet)),
        Section("issues", words("dossier_3"), _issue_list(sheet)),
        Section("questions", words("dossier_4"), _questions(sheet)),
        Section("promises", words("dossier_5"), _promises(sheet)),
        Section("ledger", words("dossier_6"), _ledger(sheet)),
        Section("reply", words("dossier_7"), _reply_form(sheet, issues)),
    ]
    notices = [words.of("notice", "lead")]
    if facts.invented:
        notices.insert(0, words.of("notice", "invented"))
    return OfficialDocument(
        title=words("dossier_title", court=facts.court_name),
        issuer=issuer_of(words, [facts.court_code]),
        number=number_of(words, [facts.court_code], "document", facts.as_of.year),
        notices=notices,
        addressee=words("dossier_addressee", court=facts.court_name),
        sections=sections,
        attachments=[words("dossier_attached_1"), words("dossier_attached_2")],
        signature=issuer_of(words, [facts.court_code]),
        signed_on=words("sign_day"),
        day=facts.as_of,
        lang=words.lang,
    )


def _table(sheet: Sheet, shape: str, columns: str, rows, caption: str, total=None) -> Table | Text:
    named = dict(zip(columns.split(), TABLE_KINDS[shape], strict=True))
    table = sheet.table(shape, named, rows, caption, total)
    if isinstance(table, Text):
        return table
    return Table(
        shape, table.columns, table.rows, table.kinds, caption, table.note, TABLE_SHAPES[shape]
    )


def _notice(sheet: Sheet, interview: dict) -> list[Text]:
    words, facts = sheet.words, sheet.tables.facts
    values = {
        "court": facts.court_name,
        "round": words.round(facts.name),
        "day": words.day(facts.as_of),
        "by": str(interview.get("by") or "—"),
        "on": words.day(interview.get("on")),
    }
    ids = [f"dossier_notice_{n}" for n in range(1, 6)]
    if not is_bound([facts.court_code]):
        ids[0] = "dossier_notice_elsewhere"
        values["article"] = supervision_article(facts.as_of.date())
    return [Text(words(code, **values)) for code in ids]


def _facts(sheet: Sheet) -> list:
    words = sheet.words
    figures = count_figures(sheet.tables)
    rows = []
    for name, unit in _FIGURES.items():
        value = figures[name]
        if unit is None:
            text = sheet.count(None) if value is None else words.yuan(value)
        else:
            text = sheet.count(value) + (sheet.unit(unit) if value is not None else "")
        rows.append((words.of("figure", name), text))
    progress = [
        (
            words.of("category", r.category),
            sheet.count(r.backlog),
            sheet.count(r.cleared_strict),
            sheet.count(r.cleared_with_termination),
            sheet.count(r.open),
            words.day(r.target_on),
            sheet.count(r.returned_open),
            words.signed(r.difference),
        )
        for r in sheet.tables["campaign"].itertuples(index=False)
    ]
    return [
        Text(words("dossier_facts", day=words.day(sheet.tables.facts.as_of))),
        _table(sheet, "figures", "measure number", rows, words("figures_table")),
        _table(
            sheet,
            "progress",
            "category backlog cleared_strict cleared_with_termination open target_on "
            "returned_open difference",
            progress,
            words("cleanups_table"),
        ),
    ]


def _issue_list(sheet: Sheet) -> list:
    words = sheet.words
    found = finding_rows(sheet.tables)
    order = {rule: n for n, rule in enumerate(rule_counts(sheet.tables)["rule"])}
    found = found.assign(order=found["rule"].map(order)).sort_values(
        ["order", "days_late", "case_no"], ascending=[True, False, True], kind="stable"
    )
    rows = [
        (
            str(number),
            rule_title(r.rule, words.lang),
            cite(r.source, r.article, words.lang),
            str(r.case_no),
            _said(words, r),
            sheet.text(words.basis(r.evidence, r.note)),
        )
        for number, r in enumerate(rows_of(found, sheet.settings.rows.issues), start=1)
    ]
    columns = "no rule article case_no outcome evidence"
    lead = [Text(words("dossier_issues")), Text(words("dossier_unknown"))]
    explain = [Text(f"{n}. {cell.text}") for n, cell in enumerate(explanations(sheet), start=1)]
    return [
        *lead,
        *explain,
        _table(sheet, "issues", columns, rows, words("issues_table"), total=len(found)),
    ]


def _said(words: Words, row) -> str:
    """Say what the record has, with its days, and what it cannot tell."""
    parts = [words.of("outcome", row.outcome)]
    if not missing(row.due_on):
        parts.append(words("said_due", day=words.day(row.due_on)))
    if not missing(row.done_on):
        parts.append(words("said_done", day=words.day(row.done_on)))
    if not missing(row.days_late) and row.days_late:
        parts.append(words("said_late", days=words.number(row.days_late)))
    parts.append(words(f"said_unknown_{row.outcome}"))
    return words("comma").join(parts)


def _issues(sheet: Sheet) -> list[Issue]:
    """Return what the court is to answer: the explanations asked for, then rule by rule."""
    words = sheet.words
    issues = [Issue(cell.text) for cell in explanations(sheet)]
    duties = sheet.tables["check"].drop_duplicates("rule").set_index("rule")["duty"]
    for r in rule_counts(sheet.tables).itertuples(index=False):
        text = words(
            "issue_of_rule",
            rule=rule_title(r.rule, words.lang),
            cases=sheet.count(r.cases),
            article=cite(r.source, r.article, words.lang),
        )
        issues.append(Issue(text, duties.get(r.rule)))
    return issues


def _questions(sheet: Sheet) -> list[Text]:
    """Return questions grouped by the six duties; the worst cases of each rule by number."""
    words = sheet.words
    found, counts = finding_rows(sheet.tables), rule_counts(sheet.tables)
    duties = found.drop_duplicates("rule").set_index("rule")["duty"]
    known = load_rules()
    texts = []
    for number, duty in enumerate(DUTIES, start=1):
        texts.append(Text(f"{words.ordinal(number)}{words.of('duty', duty)}", "lead"))
        rules = [r for r in counts["rule"] if duties.get(r) == duty]
        asked = 0
        for rule in rules[: sheet.settings.rows.questions_of_a_duty]:
            of_rule = found[found["rule"] == rule]
            cases = list(dict.fromkeys(of_rule["case_no"].astype(str)))
            title = known[rule].asks if rule in known else None
            asks = getattr(title, words.lang) if title else rule_title(rule, words.lang)
            asked += 1
            texts.append(
                Text(
                    words(
                        "question",
                        number=asked,
                        asks=asks.rstrip("？?"),
                        cases=sheet.count(len(cases)),
                        listed=words("list_separator").join(cases[:3]),
                    )
                )
            )
        texts.append(Text(words(f"question_{duty}", number=asked + 1)))
    return texts


def _promises(sheet: Sheet) -> list:
    words = sheet.words
    promises = promise_rows(sheet)
    states = pd.Series([p[5] for p in promises], dtype="object").value_counts()
    rows = [
        (
            str(case),
            words.of("category", category),
            words.month(month),
            words.day(promised),
            words.day(closed),
            words.of("promise", state),
        )
        for case, category, month, promised, closed, state in promises[: sheet.settings.rows.issues]
    ]
    text = words(
        "dossier_promises",
        all=len(promises),
        kept=int(states.get("kept", 0)),
        late=int(states.get("kept_late", 0)),
        slipped=int(states.get("slipped", 0)),
    )
    columns = "case_no category month promised_on closed_on state"
    table = _table(sheet, "promises", columns, rows, words("promises_table"), total=len(promises))
    return [Text(text), table]


def _ledger(sheet: Sheet) -> list:
    words, ledger = sheet.words, build_ledger(sheet.tables)
    rows = [
        (
            str(r.case_no),
            words.of("issue", r.issue),
            words.day(r.rectify_by),
            words.day(r.rectified_on),
            words.of("state", r.state),
            words.number(r.days_late if r.state in ("late", "not_done") else None),
        )
        for r in rows_of(ledger, sheet.settings.rows.issues)
    ]
    columns = "case_no issue rectify_by rectified_on state days_late"
    table = _table(sheet, "ledger", columns, rows, words("ledger"), total=len(ledger))
    return [Text(words("follow_up_lead")), table]


def _reply_form(sheet: Sheet, issues: list[Issue]) -> list:
    rows = [(str(n), issue.text, "", "", "", "", "") for n, issue in enumerate(issues, start=1)]
    columns = "no issue answer cause_of plan term person"
    caption = sheet.words("reply_table", court=sheet.tables.facts.court_name)
    return [
        Text(sheet.words("dossier_reply")),
        _table(sheet, "reply", columns, rows, caption),
        Text(sheet.words("reply_signed")),
    ]
