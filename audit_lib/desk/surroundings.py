"""What stands around a case: petitions, money, assets, events, earlier rounds, related cases.

Takes one case's tables, gives parts of its page. Sums and comparisons come from the rooms that
make them; here they are only laid out.
"""

from audit_lib.desk.changes import name_of, said_row, said_subject, said_value
from audit_lib.desk.data import DeskData
from audit_lib.desk.rows import rows_of, sort_rows
from audit_lib.desk.words import label
from audit_lib.desk.writing import CaseSheet
from audit_lib.record.tables import code_list
from audit_lib.report.blocks import Part, Table, Text
from audit_lib.report.figures import money_held
from audit_lib.report.wording import missing

__all__ = ["Surroundings"]


class Surroundings(CaseSheet):
    """The parts of a page that look beyond the case's own obligations."""

    def petitions(self) -> Part:
        """Lay what a petition says beside what the record shows."""
        words, claims = self.words, self.tables["claims"]
        blocks = [self.absent("petitions", "claims")]
        petitions = self.tables["petitions"].sort_values(["received_on", "petition_id"])
        for petition in rows_of(petitions):
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
                self.text(self._sides(r.evidence)),
                words.of("route", r.route),
                f"{words.of('link', r.link)} {words.share(r.link_confidence, 1)}",
            )
            for r in rows_of(claims)
        ]
        columns = "allegation quote verdict evidence route link"
        return self.table("claims", columns, "tttttt", rows)

    def _sides(self, evidence) -> str:
        """Say what speaks for a claim and what against it."""
        if missing(evidence):
            return "—"
        told = []
        for side in str(evidence).split(" | "):
            for code in ("for", "against"):
                if side.startswith(f"{code}: "):
                    words = self.words.evidence(side.removeprefix(f"{code}: "))
                    side = self.said(f"side_{code}", words=words)
                    break
            else:
                side = self.words.evidence(side)
            told.append(side)
        return "　".join(told)

    def funds(self) -> Part:
        """Sum what came in and what went out."""
        words, rows = self.words, []
        if self.tables["events"]["event"].eq("money_received").any():
            rows = [
                tuple(words.yuan(v) for v in (r.received, r.paid, r.escrowed, r.refunded, r.held))
                for r in rows_of(money_held(self.tables))
            ]
        return self.part(
            "funds", self.table("funds", "received paid escrowed refunded held", "nnnnn", rows)
        )

    def assets(self) -> Part | None:
        """List each asset that the record names, with what was done to it and what ends soon."""
        words, events = self.words, self.tables["events"]
        named = events[events["asset_id"].notna() & ~(events["day"] > self.tables.facts.as_of)]
        if named.empty:
            return None
        named = named.sort_values(["asset_id", "day", "source_row"], kind="stable")
        rows = []
        for asset, steps in named.groupby("asset_id", sort=True):
            kinds = steps["asset_kind"].dropna()
            done = [
                f"{words.day(r.day)} {words.of('event', r.event)}"
                + ("" if missing(r.amount) else f" {words.yuan(r.amount)}")
                for r in rows_of(steps)
            ]
            ends = steps["until"].dropna()
            rows.append(
                (
                    self.text(asset),
                    self.kind(kinds.iloc[0] if len(kinds) else None),
                    self.text("；".join(done)),
                    words.day(ends.max() if len(ends) else None),
                    self.source(steps.iloc[-1]),
                )
            )
        columns = "asset_id asset_kind steps until source_row"
        return self.part("assets", self.table("assets", columns, "tttdt", rows), self._terms())

    def kind(self, code) -> str:
        """Return the wording of a kind of asset; one that has none is shown as it is."""
        known = code_list("asset_kind")
        return getattr(known[code], self.lang) if code in known else self.text(code)

    def _terms(self) -> Table | Text | None:
        terms = self.tables.frames.get("terms")
        if terms is None or terms.empty:
            return None
        words = self.words
        rows = [
            (
                self.text(words.of("event", r.event)),
                self.text(r.subject),
                words.day(r.ends_on),
                words.number(r.days_left),
                self.text(words.evidence(r.evidence)),
            )
            for r in rows_of(terms.sort_values("ends_on"))
        ]
        return self.table("terms", "event subject ends_on days_left evidence", "ttdnt", rows)

    def changes(self) -> Part:
        """Tell what earlier snapshots said of the case and this one does not."""
        words = self.words
        days = self.tables.frames.get("snapshots")
        changes = self.tables.frames.get("changes")
        if days is None or days.empty:
            return self.part("changes", Text(self.said("no_earlier")))
        listed = words("list_separator").join(
            words.day(d) for d in sorted(days["snapshot_on"].dropna().unique())
        )
        lead = Text(self.said("earlier", days=listed))
        changes = changes.sort_values(["later_on", "table", "what", "subject"], kind="stable")
        # What was altered or taken out comes before what was merely added since.
        weight = changes["what"].map({"removed": 0, "changed": 1, "added": 2})
        changes = changes.assign(weight=weight).sort_values("weight", kind="stable")
        rows = [
            (
                self.said("between", earlier=words.day(r.earlier_on), later=words.day(r.later_on)),
                words.of("table", r.table),
                label("desk_change", r.what, self.lang),
                self.text(said_subject(r.table, r.subject, words)),
                name_of(r.table, r.column, words),
                self._told(r, r.before),
                self._told(r, r.after),
            )
            for r in rows_of(changes.head(self.settings.changes))
        ]
        columns = "between table change subject field before after"
        table = self.table("changes", columns, "ttttttt", rows, len(changes))
        return self.part("changes", lead, table)

    def _told(self, row, value) -> str:
        # Who is a party no longer stands in no table by which names are masked.
        if row.table == "parties" and self.tables.audience and not missing(value):
            return self.said("name_hidden")
        if row.what == "changed":
            return self.text(said_value(row.table, row.column, value, self.words))
        return self.text(said_row(row.table, value, self.words))

    def events(self) -> Part:
        """List the entries of the record, each with its row."""
        words, as_of = self.words, self.tables.facts.as_of
        seen = self.tables["events"]
        seen = seen[~(seen["day"] > as_of)].sort_values(["day", "source_file", "source_row"])
        rows = [
            (
                words.day(r.day),
                self.text(words.of("event", r.event)),
                words.yuan(r.amount),
                self.text(r.asset_id),
                self.text(r.party),
                said_value("events", "result", r.result, words),
                words.day(r.until),
                words.day(r.recorded_at),
                self.text(r.note),
                self.source(r),
            )
            for r in rows_of(seen.head(self.settings.events))
        ]
        columns = "day event amount asset_id party result until recorded_at note source_row"
        return self.part("events", self.table("events", columns, "dtntttddtt", rows, len(seen)))

    def inspections(self) -> Part:
        """List what earlier inspections found."""
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
            for r in rows_of(given)
        ]
        columns = "round inspected_on inspector issue note rectify_by rectified_on source_row"
        return self.part("inspections", self.table("inspections", columns, "tdtttddt", rows))

    def related(self, data: DeskData, court: str) -> Part:
        """List resumptions, objections and others of the same judgment, then the handler's."""
        whole = data.court(court)
        # By the record's own words: on the screen the handler may be masked.
        own = whole.rows("cases", self.case_no).iloc[0]
        kinds = {
            "parent": whole.where("cases", "parent_case_no", self.case_no),
            "origin": whole.where("cases", "case_no", own["parent_case_no"]),
            "sibling": whole.where("cases", "parent_case_no", own["parent_case_no"]),
            "basis": whole.where("cases", "basis_no", own["basis_no"]),
            "handler": whole.where("cases", "handler", own["handler"]),
        }
        kinds["handler"] = kinds["handler"][kinds["handler"]["closed_on"].isna()]
        words, limit, rows, total = self.words, self.settings.related, [], 0
        for kind, found in kinds.items():
            found = sort_rows(rows_of(found), "filed_on", "case_no")
            found = [row for row in found if row.case_no != self.case_no]
            total += len(found)
            rows += [
                (
                    label("desk_relation", kind, self.lang),
                    str(r.case_no),
                    words.day(r.filed_on),
                    self.text(r.cause),
                    words.day(r.closed_on),
                )
                for r in found[:limit]
            ]
        columns = "relation case_no filed_on cause closed_on"
        return self.part("related", self.table("related", columns, "ttdtd", rows, total))
