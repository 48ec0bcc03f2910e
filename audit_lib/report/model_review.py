"""The review of card and model as a page: orders round by round, scores, fairness, points.

Takes what :func:`audit_lib.inspection.review.review_model` gives, gives a report in the words of
``report_review`` in ``parameters/labels.yaml``.
"""

from typing import TYPE_CHECKING

import pandas as pd

from audit_lib.inspection import load_risk
from audit_lib.labels import Lang, label
from audit_lib.report.blocks import Items, Part, Picture, Table, Text
from audit_lib.report.charts import interval_chart
from audit_lib.report.court import Report
from audit_lib.report.wording import Words, missing

# A name alone: what is behind it loads scikit-learn, which no other report and no desk needs.
if TYPE_CHECKING:
    from audit_lib.inspection.review import Review

__all__ = ["model_report"]

_ALL = "all"


def model_report(review: "Review", lang: Lang = "zh", invented: bool = False) -> Report:
    """Build the page of a model's review.

    Parameters
    ----------
    review : Review
    lang : ``zh`` or ``en``
    invented : the record is a sample that the program invented; the page says so

    Returns
    -------
    Report
        Parts ``cover``, ``decision``, ``orders``, ``scores``, ``fairness``, ``overlap`` and
        ``points``; one for which there is too little says so.
    """
    page = _Page(review, lang)
    cover = [Text(page.words.of("notice", "invented"), "warning")] if invented else []
    cover.append(Text(page.say("limits"), "notice"))
    parts = (
        Part("cover", page.say("title"), cover, lang),
        page.part("decision", *page.decision()),
        page.part("orders", *page.orders()),
        page.part("scores", *page.scores()),
        page.part("fairness", page.fairness()),
        page.part("overlap", page.overlap()),
        page.part("points", page.points()),
    )
    return Report(page.say("title"), parts, lang)


class _Page:
    def __init__(self, review: "Review", lang: Lang):
        self.review, self.lang, self.words = review, lang, Words(lang)

    def say(self, code: str, **values) -> str:
        return label("report_review", code, self.lang, **values)

    def part(self, key: str, *blocks) -> Part:
        shown = [block for block in blocks if block is not None] or [Text(self.say("too_few"))]
        return Part(key, self.say(f"part_{key}"), shown, self.lang)

    def table(self, key: str, columns: str, rows, kinds: str, note: str = "") -> Table | None:
        if not rows:
            return None
        names = [self.say(f"column_{name}") for name in columns.split()]
        note = self.say(note) if note else ""
        return Table(f"review-{key}", names, rows, kinds, self.say(f"table_{key}"), note)

    def share(self, value) -> str:
        return "—" if missing(value) else self.words.share(float(value), 1)

    def between(self, low, high) -> str:
        if missing(low) or missing(high):
            return "—"
        return self.words("span", start=self.share(low), end=self.share(high))

    def decision(self):
        rows = [
            (
                self.words.of("inspection_population", r.population),
                self.words.number(r.labels),
                self.words.number(r.found),
                self.say(f"uses_{r.used}"),
            )
            for r in self.review.decision.itertuples(index=False)
        ]
        yield Items(self.review.model.statements(self.lang))
        yield self.table("decision", "population labels found used", rows, "tnnt", "rule")

    def orders(self):
        rounds = self.review.rounds
        if "order" not in rounds or rounds.empty:
            return
        whole = rounds[rounds["round"] == rounds["round"].iloc[-1]]
        drawn = [
            {
                "name": self.order(r.order),
                "value": float(r.precision),
                "low": float(r.low),
                "high": float(r.high),
            }
            for r in whole.sort_values("precision", ascending=False).itertuples(index=False)
            if not missing(r.precision)
        ]
        told = self.words("semicolon").join(
            self.say(
                "order_told", name=d["name"], share=self.share(d["value"]),
                span=self.between(d["low"], d["high"]),
            )
            for d in drawn
        )  # fmt: skip
        svg = interval_chart(drawn, self.say("column_precision"))
        yield Picture(svg, self.say("orders_alt") + told, self.say("orders_caption"))
        rows = [
            (
                self.round(r.round),
                self.words.number(r.cases),
                self.order(r.order),
                self.share(r.precision),
                self.between(r.low, r.high),
                self.gain(r.gain) if r.order != "card" else "—",
                self.lead(r) if r.order != "card" else "—",
            )
            for r in rounds.itertuples(index=False)
        ]
        columns = "round cases order precision bounds gain gain_bounds"
        yield self.table("orders", columns, rows, "sntnsns", "orders_note")

    def round(self, name) -> str:
        return self.say("all_rounds") if name == _ALL else self.words.round(name)

    def order(self, name: str) -> str:
        return self.say("order_" + name.replace(", ", "_").replace(" ", "_"))

    def lead(self, row) -> str:
        if missing(row.gain_low) or missing(row.gain_high):
            return "—"
        low, high = f"{100 * row.gain_low:+.1f}", f"{100 * row.gain_high:+.1f}"
        return self.words("span", start=low, end=high)

    def gain(self, value) -> str:
        return "—" if missing(value) else self.say("points_of_share", n=f"{100 * value:+.1f}")

    def scores(self):
        found = self.review.by_score
        if found.empty:
            return
        drawn = [
            {"name": f"{r.score:.1f}", "value": r.found, "low": r.low, "high": r.high}
            for r in found.itertuples(index=False)
        ]
        rows = [
            (
                self.words.number(r.cases),
                f"{r.score:.1f}",
                self.share(r.found),
                self.between(r.low, r.high),
            )
            for r in found.itertuples(index=False)
        ]
        told = self.words("semicolon").join(
            self.say("score_told", score=score, share=share) for _, score, share, _ in rows
        )
        svg = interval_chart(drawn, self.say("column_share_found"), self.say("column_score"))
        yield Picture(svg, self.say("scores_alt") + told, self.say("scores_caption"))
        yield self.table("scores", "cases score share_found bounds", rows, "nnns", "scores_note")
        calibration = self.review.calibration
        if not calibration.empty:
            rows = [
                (
                    self.words.number(r.cases),
                    self.share(r.expected),
                    self.share(r.found),
                    self.between(r.low, r.high),
                )
                for r in calibration.itertuples(index=False)
            ]
            yield self.table("calibration", "cases expected share_found bounds", rows, "nnns")

    def fairness(self):
        table = self.review.fairness
        # Handlers are left to the table of the review: a page with their names goes round.
        shown = table[table["kind"] != "handler"]
        rows = [
            (
                self.say(f"kind_{r.kind}"),
                self.group(r.kind, r.group),
                self.words.number(r.cases),
                self.share(r.chosen),
                self.share(r.found),
                self.share(r.found_of_chosen),
            )
            for r in shown.itertuples(index=False)
        ]
        columns = "kind group cases chosen share_found found_of_chosen"
        return self.table("fairness", columns, rows, "ttnnnn", "fairness_note")

    def group(self, kind: str, group) -> str:
        if str(group) in ("nan", "?"):
            return self.say("group_unknown")
        return self.say(f"size_{group}") if kind == "claim_size" else str(group)

    def overlap(self):
        rows = [
            (
                self.words.round(r.first),
                self.words.round(r.second),
                self.words.number(r.same),
                self.share(r.share),
            )
            for r in self.review.overlap.itertuples(index=False)
        ]
        return self.table("overlap", "first second same share", rows, "ssnn", "overlap_note")

    def points(self):
        risk = load_risk()
        titles = risk.titles(self.lang)
        learned = self.review.model.card.get("populations", {}).get("open", {}).get("points") or {}
        rows = [
            (titles[name], f"{entry.points:g}", _points(learned.get(name)))
            for name, entry in risk.card["open"].items()
        ]
        return self.table("points", "measure card model", rows, "tnn", "points_note")


def _points(value) -> str:
    return "—" if value is None or pd.isna(value) else f"{value:.1f}"
