"""One case on the screen: facts, picture of time, leads with articles, petitions, money, events.

Takes one case's tables from :class:`audit_lib.desk.data.DeskData`, gives blocks of a report, so
that every word of the record is escaped in one place and nothing on the screen can run.
"""

from collections.abc import Sequence

from audit_lib.desk.data import DeskData
from audit_lib.desk.settings import load_desk_settings
from audit_lib.labels import label
from audit_lib.record.tables import code_list
from audit_lib.report import CourtTables
from audit_lib.report.blocks import CaseCard, Part, Picture, Table, Text
from audit_lib.report.cards import case_timeline
from audit_lib.report.figures import finding_rows, money_held
from audit_lib.report.markup import part_html
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.timeline import draw_timeline
from audit_lib.report.wording import Words, clip, missing, truth

__all__ = ["build_case", "case_html"]

STYLE = """<style>
.desk-case{font:14px/1.6 "Noto Sans SC","Microsoft YaHei",SimHei,sans-serif;color:#1a1a1a}
.desk-case table{border-collapse:collapse;width:100%;margin:.3em 0 .8em}
.desk-case caption{text-align:left;font-weight:600;padding:.2em 0}
.desk-case th,.desk-case td{border:1px solid #c8c8c8;padding:3px 6px;vertical-align:top;
text-align:left;overflow-wrap:anywhere}
.desk-case th{background:#eef2f6}.desk-case td.number,.desk-case th.number{text-align:right}
.desk-case .facts{display:flex;flex-wrap:wrap;gap:.2em 1.6em;margin:.3em 0}
.desk-case .facts div{display:flex;gap:.5em}.desk-case dt{color:#555}.desk-case dd{margin:0}
.desk-case .warning{color:#8a1214;font-weight:600}.desk-case .small{color:#555;font-size:12px}
.desk-case .notice{border-left:4px solid #b06a00;padding-left:.6em}
.desk-case figure{margin:.4em 0;overflow-x:auto}.desk-case h2{font-size:17px;margin:.8em 0 .2em}
</style>"""


def case_html(parts: Sequence[Part]) -> str:
    """Return the parts of a case as HTML for a widget; no request, no script."""
    return STYLE + '<div class="desk-case">' + "".join(map(part_html, parts)) + "</div>"


def build_case(
    data: DeskData, court: str, case_no: str, names: str | None = None, lang: str = "zh"
) -> tuple[Part, ...]:
    """Build what is shown of one case.

    Parameters
    ----------
    data : DeskData
    court : court code
    case_no : case number
    names : ``masked`` or ``shown``; as ``parameters/desk.yaml`` says when not given
    lang : ``zh`` or ``en``

    Returns
    -------
    tuple of Part
        ``case``, ``findings``, ``obligations``, ``petitions``, ``funds``, ``events``,
        ``inspections``, ``related``; of a case that the record does not hold, ``case`` alone,
        which says so.
    """
    page = _Page(data.case(court, case_no, names), case_no, Words(lang), lang)
    first = page.head()
    if page.tables["cases"].empty:
        return (first,)
    return (
        first, page.findings(), page.obligations(), page.petitions(), page.funds(), page.events(),
        page.inspections(), page.related(data, court),
    )  # fmt: skip


class _Page:
    """One case being written."""

    def __init__(self, tables: CourtTables, case_no: str, words: Words, lang: str):
        self.tables, self.case_no, self.words, self.lang = tables, case_no, words, lang
        self.settings = load_desk_settings()

    def said(self, code: str, **values) -> str:
        return label("desk_text", code, self.lang, **values)

    def text(self, value) -> str:
        return "—" if missing(value) else clip(str(value), self.settings.text_length)

    def source(self, row) -> str:
        if missing(row.source_row):
            return "—"
        return self.words("row", file=self.text(row.source_file), row=int(row.source_row))

    def table(self, key: str, columns: str, kinds: str, rows, total: int | None = None):
        rows = list(rows)
        caption = label("desk_table", key, self.lang)
        if not rows:
            return Text(f"{caption}{self.words('colon')}{self.words('none')}")
        heads = [label("desk_column", name, self.lang) for name in columns.split()]
        note = ""
        if total is not None and total > len(rows):
            note = self.words("cut", shown=len(rows), total=total)
        return Table(f"desk-{key}", heads, rows, kinds, caption, note)

    def part(self, key: str, *blocks) -> Part:
        title = label("desk_part", key, self.lang)
        return Part(f"desk-{key}", title, tuple(b for b in blocks if b is not None), self.lang)

    def absent(self, *names: str) -> Text | None:
        lacking = [self.words.of("table", n) for n in names if not self.tables.given(n)]
        if not lacking:
            return None
        listed = self.words("list_separator").join(lacking)
        return Text(self.words("not_computed", tables=listed), "warning")

    def head(self) -> Part:
        words, tables = self.words, self.tables
        blocks = [Text(words.of("notice", "lead"), "notice")]
        if tables.facts.invented:
            blocks.append(Text(words.of("notice", "invented"), "warning"))
        if tables["cases"].empty:
            gone = Text(self.said("case_gone", case=self.case_no), "warning")
            return self.part("case", *blocks, gone)
        rows = {
            name: list(tables[name].itertuples(index=False))
            for name in ("cases", "events", "silence")
        }
        rows["check"] = list(finding_rows(tables).itertuples(index=False))
        line = case_timeline(rows, tables.facts.as_of, words)
        drawn = None
        if line is not None:
            told = "；".join(f"{words.day(d)} {words.of('event', c)}" for d, c in line.events[:40])
            drawn = Picture(draw_timeline(line, words), told, words("legend"))
        card = CaseCard("desk-open-case", self.case_no, self._facts(), [b for b in [drawn] if b])
        return self.part("case", *blocks, card)

    def _facts(self) -> list[tuple[str, str]]:
        words, case = self.words, next(self.tables["cases"].itertuples(index=False))
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
        for silent in self.tables["silence"].head(1).itertuples(index=False):
            facts.append(("silent_days", words.number(silent.silent_days)))
        for score in self.tables["score"].head(1).itertuples(index=False):
            facts.append(("score", words.number(score.score)))
            facts.append(("reasons", self.text(score.reasons)))
        for drawn in self.tables["select"].head(1).itertuples(index=False):
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
                self.text(words.basis(r.evidence, r.note)),
            )
            for r in finding_rows(self.tables).itertuples(index=False)
        ]
        columns = "rule outcome started_on due_on done_on days_late severity subject article"
        table = self.table("findings", f"{columns} evidence", "ttdddntttt", rows)
        return self.part("findings", self.absent("check"), table)

    def _unverified(self, row) -> str:
        return self.words("unverified_mark") if truth(row.verified) is False else ""

    def obligations(self) -> Part:
        words, check = self.words, self.tables["check"]
        found = set(finding_rows(self.tables)["outcome"])
        rest = check[~check["outcome"].isin(found)].sort_values(["outcome", "due_on", "rule"])
        rows = [
            (
                rule_title(r.rule, self.lang),
                words.of("outcome", r.outcome),
                words.day(r.due_on),
                words.day(r.done_on),
                "—" if missing(r.reason) else words.of("unknown_reason", r.reason),
                cite(r.source, r.article, self.lang),
                self.text(words.basis(r.evidence, r.note)),
            )
            for r in rest.itertuples(index=False)
        ]
        columns = "rule outcome due_on done_on reason article evidence"
        return self.part(
            "obligations", self.absent("check"), self.table("obligations", columns, "ttddttt", rows)
        )

    def petitions(self) -> Part:
        """Lay what a petition says beside what the record shows."""
        words, claims = self.words, self.tables["claims"]
        blocks = [self.absent("petitions", "claims")]
        petitions = self.tables["petitions"].sort_values(["received_on", "petition_id"])
        for petition in petitions.itertuples(index=False):
            values = {"number": self.text(petition.petition_id), "row": self.source(petition)}
            values |= {
                "day": words.day(petition.received_on),
                "who": self.text(petition.petitioner),
            }
            blocks.append(Text(self.said("petition", **values), "lead"))
            blocks.append(Text(self.text(petition.text)))
            of_it = claims["petition_id"] == petition.petition_id
            blocks.append(self._claims(claims[of_it]))
        elsewhere = claims[~claims["petition_id"].isin(petitions["petition_id"])]
        if len(elsewhere):
            blocks += [Text(self.said("text_elsewhere"), "small"), self._claims(elsewhere)]
        elif petitions.empty:
            blocks.append(Text(self.said("no_petition")))
        return self.part("petitions", *blocks)

    def _claims(self, claims) -> Table | Text:
        words = self.words
        rows = [
            (
                words.of("allegation", r.allegation),
                self.text(r.quote),
                words.of("verdict", r.verdict),
                self.text(words.evidence(r.evidence)),
                words.of("route", r.route),
                f"{words.of('link', r.link)} {words.share(r.link_confidence, 1)}",
            )
            for r in claims.itertuples(index=False)
        ]
        columns = "allegation quote verdict evidence route link"
        return self.table("claims", columns, "tttttt", rows)

    def funds(self) -> Part:
        words = self.words
        rows = [
            tuple(words.yuan(v) for v in (r.received, r.paid, r.escrowed, r.refunded, r.held))
            for r in money_held(self.tables).itertuples(index=False)
        ]
        return self.part(
            "funds", self.table("funds", "received paid escrowed refunded held", "nnnnn", rows)
        )

    def events(self) -> Part:
        words, as_of = self.words, self.tables.facts.as_of
        seen = self.tables["events"]
        seen = seen[~(seen["day"] > as_of)].sort_values(["day", "source_file", "source_row"])
        rows = [
            (
                words.day(r.day),
                words.of("event", r.event),
                words.yuan(r.amount),
                self.text(r.asset_id),
                self.text(r.party),
                words.of("result", r.result),
                words.day(r.until),
                words.day(r.recorded_at),
                self.text(r.note),
                self.source(r),
            )
            for r in seen.head(self.settings.events).itertuples(index=False)
        ]
        columns = "day event amount asset_id party result until recorded_at note source_row"
        return self.part("events", self.table("events", columns, "dtntttddtt", rows, len(seen)))

    def inspections(self) -> Part:
        words = self.words
        given = self.tables["inspections"].sort_values(["inspected_on", "round"])
        rows = [
            (
                self.text(r.round),
                words.day(r.inspected_on),
                self.text(r.inspector),
                words.of("issue", r.issue),
                self.text(r.note),
                words.day(r.rectify_by),
                words.day(r.rectified_on),
                self.source(r),
            )
            for r in given.itertuples(index=False)
        ]
        columns = "round inspected_on inspector issue note rectify_by rectified_on source_row"
        return self.part("inspections", self.table("inspections", columns, "tdtttddt", rows))

    def related(self, data: DeskData, court: str) -> Part:
        """List resumptions, objections and others of the same judgment, then the handler's."""
        whole = data.court(court)["cases"]
        own = whole[whole["case_no"] == self.case_no].iloc[0]
        others = whole[whole["case_no"] != self.case_no]
        kinds = {"parent": others["parent_case_no"].eq(self.case_no)}
        kinds["origin"] = others["case_no"].eq(own["parent_case_no"])
        kinds["basis"] = others["basis_no"].eq(own["basis_no"]) & others["basis_no"].notna()
        same = others["handler"].eq(own["handler"]) & others["handler"].notna()
        kinds["handler"] = same & others["closed_on"].isna()
        words, limit, rows, total = self.words, self.settings.related, [], 0
        for kind, mask in kinds.items():
            found = others[mask].sort_values(["filed_on", "case_no"])
            total += len(found)
            rows += [
                (
                    label("desk_relation", kind, self.lang),
                    str(r.case_no),
                    words.day(r.filed_on),
                    self.text(r.cause),
                    words.day(r.closed_on),
                )
                for r in found.head(limit).itertuples(index=False)
            ]
        columns = "relation case_no filed_on cause closed_on"
        return self.part("related", self.table("related", columns, "ttdtd", rows, total))
