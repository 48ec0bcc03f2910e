"""One case on the screen: facts, leads with articles, obligations, the page of a termination.

Takes one case's tables from :class:`audit_lib.desk.data.DeskData`, gives blocks of a report, so
that every word of the record is escaped in one place and nothing on the screen can run. What
stands around the case is written by :mod:`audit_lib.desk.surroundings`.
"""

from collections.abc import Iterator, Sequence
from html import escape

from audit_lib.desk.data import DeskData
from audit_lib.desk.rows import rows_of
from audit_lib.desk.surroundings import Surroundings
from audit_lib.desk.words import label
from audit_lib.desk.writing import CaseSheet, rule_says
from audit_lib.record.tables import code_list
from audit_lib.report import CourtTables
from audit_lib.report.blocks import CaseCard, Part, Text
from audit_lib.report.markup import part_html
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.wording import missing, truth

__all__ = ["build_case", "case_html", "write_case"]

STYLE = """<style>
.desk-case{font:14px/1.6 "Noto Sans SC","Microsoft YaHei",SimHei,sans-serif;color:#1a1a1a}
.desk-case table{border-collapse:collapse;width:100%;margin:.3em 0 .8em}
.desk-case caption{text-align:left;font-weight:600;padding:.2em 0}
.desk-case th,.desk-case td{border:1px solid #c8c8c8;padding:3px 6px;vertical-align:top;
text-align:left;overflow-wrap:anywhere;min-width:4.2em}
.desk-case div.table{overflow-x:auto}.desk-case th,.desk-case td.day{white-space:nowrap}
.desk-case div.wide table{font-size:13px}.desk-case div.wide td.day{white-space:normal;
min-width:5.7em}.desk-case div.wide th{white-space:normal}
.desk-case #table-desk-findings td:nth-child(9){width:15%}
.desk-case #table-desk-findings td:nth-child(10),.desk-case #table-desk-changes td:nth-child(7),
.desk-case #table-desk-claims td:nth-child(2){width:26%}
.desk-case #table-desk-findings td:nth-child(11),.desk-case #table-desk-obligations td:nth-child(6)
{width:16%}.desk-case #table-desk-obligations td:nth-child(7),
.desk-case #table-desk-obligations td:nth-child(8){width:24%}
.desk-case th{background:#eef2f6}.desk-case td.number,.desk-case th.number{text-align:right}
.desk-case .facts{display:flex;flex-wrap:wrap;gap:.2em 1.6em;margin:.3em 0}
.desk-case .facts div{display:flex;gap:.5em}.desk-case dt,.desk-case dd{width:auto;float:none;
margin:0;padding:0;display:block}.desk-case dt{color:#555;font-weight:400;white-space:nowrap}
.desk-case .warning{color:#8a1214;font-weight:600}.desk-case .small{color:#555;font-size:12px}
.desk-case .notice{border-left:4px solid #b06a00;padding-left:.6em}
.desk-case #part-desk-petitions{display:grid;grid-template-columns:2fr 3fr;gap:0 1em}
.desk-case #part-desk-petitions>h2,.desk-case #part-desk-petitions>.lead,
.desk-case #part-desk-petitions>.warning,.desk-case #part-desk-petitions>.small{grid-column:1/-1}
.desk-case #part-desk-petitions>p:not([class]){background:#fbf8ef;border-left:3px solid #b9a15a;
padding:.4em .8em;margin:.2em 0;white-space:pre-line;overflow-wrap:anywhere}
.desk-case #part-desk-petitions>p:last-child:nth-child(2){grid-column:1/-1}
.desk-case figure{margin:.4em 0;overflow-x:auto}.desk-case h2{font-size:17px;margin:.8em 0 .2em}
</style>"""


def case_html(parts: Sequence[Part], case_no: str = "") -> str:
    """Return the parts of a case as HTML for a widget; no request, no script."""
    whose = f' data-case="{escape(case_no)}"' if case_no else ""
    return f'{STYLE}<div class="desk-case"{whose}>{"".join(map(part_html, parts))}</div>'


def build_case(
    data: DeskData,
    court: str,
    case_no: str,
    names: str | None = None,
    lang: str = "zh",
    tables: CourtTables | None = None,
) -> tuple[Part, ...]:
    """Build what is shown of one case.

    Parameters
    ----------
    data : DeskData
    court : court code
    case_no : case number
    names : ``masked`` or ``shown``; as ``parameters/desk.yaml`` says when not given
    lang : ``zh`` or ``en``
    tables : of the case, where the caller has them

    Returns
    -------
    tuple of Part
        ``case``, ``findings``, ``conditions`` (of a termination), ``petitions``, ``funds``,
        ``assets``, ``events``, ``obligations``, ``changes``, ``inspections``, ``related``; of a
        case that the record does not hold, ``case`` and what stood of it earlier.
    """
    return tuple(write_case(data, court, case_no, lang, tables or data.case(court, case_no, names)))


def write_case(
    data: DeskData, court: str, case_no: str, lang: str, tables: CourtTables
) -> Iterator[Part]:
    """Give the parts of :func:`build_case` one by one, so that the first can be shown at once."""
    page, around = _Page(tables, case_no, lang), Surroundings(tables, case_no, lang)
    yield page.head()
    if tables["cases"].empty:
        yield around.changes()
        return
    written = (
        page.findings, page.conditions, around.petitions, around.funds, around.assets,
        around.events, page.obligations, around.changes, around.inspections,
    )  # fmt: skip
    for write in written:
        part = write()
        if part is not None:
            yield part
    yield around.related(data, court)


class _Page(CaseSheet):
    """The case itself: facts, leads, obligations, the page of a termination."""

    def head(self) -> Part:
        words, tables = self.words, self.tables
        blocks = [Text(words.of("notice", "lead"), "notice")]
        if tables.facts.invented:
            blocks.append(Text(words.of("notice", "invented"), "warning"))
        if tables["cases"].empty:
            gone = Text(self.said("case_gone", case=self.case_no), "warning")
            return self.part("case", *blocks, gone)
        card = CaseCard("desk-open-case", self.case_no, self._facts(), [])
        return self.part("case", Text(self.said("timeline"), "small"), *blocks, card)

    def _facts(self) -> list[tuple[str, str]]:
        words, case = self.words, next(rows_of(self.tables["cases"]))
        facts = [
            ("cause", self.text(case.cause)),
            ("applied_on", words.day(case.applied_on)),
            ("filed_on", words.day(case.filed_on)),
            ("claim_amount", words.yuan(case.claim_amount)),
            ("handler", self.text(case.handler)),
        ]
        if not missing(case.closed_on) and case.closed_on <= self.tables.facts.as_of:
            manner = words.of("closing_manner", case.closing_manner)
            facts.append(("closed_on", f"{words.day(case.closed_on)} {manner}"))
            facts.append(("closing_ground", self.text(case.closing_ground)))
        parties = self.tables["parties"]
        for role, group in parties.groupby("role", sort=False):
            listed = words("list_separator").join(self.text(n) for n in group["name"])
            facts.append((role, listed))
        for silent in rows_of(self.tables["silence"].head(1)):
            facts.append(("silent_days", words.number(silent.silent_days)))
        for score in rows_of(self.tables["score"].head(1)):
            facts.append(("score", words.number(score.score)))
            facts.append(("reasons", self.text(score.reasons)))
        for drawn in rows_of(self.tables["select"].head(1)):
            facts.append(("stratum", words.of("stratum", drawn.stratum)))
            facts.append(("because", self.text(getattr(drawn, "must_because", None))))
        facts.append(("categories", self._categories()))
        facts.append(("source_row", self.source(case)))
        roles = {code: getattr(role, self.lang) for code, role in code_list("role").items()}
        return [
            (roles.get(name) or label("desk_column", name, self.lang), value)
            for name, value in facts
            if value != "—"
        ]

    def _categories(self) -> str:
        rows = self.tables["categories"]
        names = [self.words.of("category", code) for code in rows["category"].dropna().unique()]
        return self.words("list_separator").join(names) or "—"

    def findings(self) -> Part:
        words = self.words
        rows = [
            (
                rule_title(r.rule, self.lang) + self._unverified(r),
                words.of("outcome", r.outcome),
                words.day(r.started_on),
                words.day(r.due_on),
                words.day(r.done_on),
                words.number(r.days_late),
                words.of("severity", r.severity),
                self.text(r.subject),
                cite(r.source, r.article, self.lang),
                rule_says(r.rule, r.version, self.lang),
                self.text(words.basis(r.evidence, r.note)),
            )
            for r in rows_of(self.tables["findings"])
        ]
        columns = "rule outcome started_on due_on done_on days_late severity subject article says"
        table = self.table("findings", f"{columns} evidence", "ttdddnttttt", rows)
        return self.part("findings", self.absent("check"), table)

    def _unverified(self, row) -> str:
        return self.words("unverified_mark") if truth(row.verified) is False else ""

    def obligations(self) -> Part:
        words, check = self.words, self.tables["check"]
        found = set(self.tables["findings"]["outcome"])
        rest = check[~check["outcome"].isin(found)].sort_values(["outcome", "due_on", "rule"])
        rows = [
            (
                rule_title(r.rule, self.lang),
                words.of("outcome", r.outcome),
                words.day(r.due_on),
                words.day(r.done_on),
                "—" if missing(r.reason) else words.of("unknown_reason", r.reason),
                cite(r.source, r.article, self.lang),
                rule_says(r.rule, r.version, self.lang),
                self.text(words.basis(r.evidence, r.note)),
            )
            for r in rows_of(rest)
        ]
        columns = "rule outcome due_on done_on reason article says evidence"
        table = self.table("obligations", columns, "ttddtttt", rows)
        return self.part("obligations", self.absent("check"), table)

    def conditions(self) -> Part | None:
        """Write the page of a termination: each condition met, missing or unknown."""
        given = self.tables.frames.get("conditions")
        if given is None or given.empty:
            return None
        words = self.words
        rows = [
            (
                words.day(r.ruled_on),
                words.of("law_condition", r.condition),
                words.of("desk_condition_state", r.state),
                cite(r.source, r.article, self.lang),
                rule_says(r.rule, r.version, self.lang),
                self.text(words.evidence(r.evidence)),
            )
            for r in rows_of(given.sort_values(["ruled_on", "rule", "condition"]))
        ]
        note = Text(self.said("conditions"), "small")
        columns = "ruled_on condition state article says evidence"
        return self.part("conditions", note, self.table("conditions", columns, "dttttt", rows))
