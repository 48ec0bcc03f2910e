"""What if: another weight, another threshold, another day, and the list as it would be.

Widgets over :mod:`audit_lib.inspection.alternative`. The round's own list never changes here; a
change is kept as a proposal alone, under a name and with a reason.
"""

import os
from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from audit_lib.desk.bounds import why_not_kept, why_not_tried
from audit_lib.desk.data import DeskData
from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.desk.words import label
from audit_lib.errors import AuditError, BadSnapshot, CannotWrite
from audit_lib.inspection import load_risk
from audit_lib.inspection.alternative import (
    BadChange,
    change_risk,
    compare_lists,
    list_alternative,
    write_proposal,
)
from audit_lib.labels import labels
from audit_lib.record import open_snapshot
from audit_lib.report.wording import Words, clip, missing

__all__ = ["WhatIf"]

_TABLES = ("check", "claims", "silence", "categories", "features")


class WhatIf:
    """The panel in which an inspector tries a change.

    Parameters
    ----------
    data : DeskData
    court : gives the code of the court that is open
    author : gives who works at the desk
    lang : ``zh`` or ``en``

    Attributes
    ----------
    box : the widget to show
    changes : path in ``risk.yaml`` → value tried
    """

    def __init__(
        self, data: DeskData, court: Callable[[], str], author: Callable[[], str], lang: str
    ):
        self.data, self._court, self._author, self.lang = data, court, author, lang
        self.words, self.risk, self.changes = Words(lang), load_risk(), {}
        self._quiet, self._snapshots = False, {}
        populations = [(text, code) for code, text in labels("desk_population", lang).items()]
        known = load_desk_settings().what_if.thresholds
        shown = [(label("desk_threshold", path, lang), path) for path in known]
        style = {"description_width": "initial"}
        wide = widgets.Layout(width="30em")
        self.population = widgets.Dropdown(
            options=populations, description=self._field("population")
        )
        self.feature = widgets.Dropdown(
            options=[("", "")], description=self._field("feature"), layout=wide
        )
        self.points = widgets.IntSlider(
            min=0, max=100, description=self._field("points"), continuous_update=False
        )
        self.threshold = widgets.Dropdown(
            options=shown, description=self._field("threshold"), layout=wide, style=style
        )
        self.value = widgets.FloatText(description=self._field("value"), continuous_update=False)
        self.as_of = widgets.DatePicker(value=data.round.as_of, description=self._field("as_of"))
        self.name = widgets.Text(description=self._field("proposal"))
        self.why = widgets.Text(description=self._field("why"), layout=widgets.Layout(width="60%"))
        self.told = widgets.HTML(label("desk_text", "if_same", lang))
        self.told.add_class("desk-if-told")
        self.kept = widgets.HTML()
        self.kept.add_class("desk-if-kept")
        reset = widgets.Button(description=label("desk_button", "reset", lang))
        reset.on_click(lambda _: self.reset())
        keep = widgets.Button(description=label("desk_button", "keep_proposal", lang))
        keep.add_class("desk-keep-proposal")
        keep.on_click(lambda _: self._keep())
        reading = bool(os.environ.get("AUDIT_DESK_READERS"))
        keeping = [] if reading else [widgets.HBox([self.name, self.why, keep]), self.kept]
        self.box = widgets.VBox(
            [
                widgets.HTML(f"<p>{escape(label('desk_text', 'if_lead', lang))}</p>"),
                widgets.HBox([self.population, self.feature, self.points]),
                widgets.HBox([self.threshold, self.value]),
                widgets.HBox([self.as_of, reset]),
                *keeping,
                self.told,
            ]
        )
        self.box.add_class("desk-what-if")
        self._features_of()
        self._threshold_picked()
        self.population.observe(lambda _: self._features_of(), "value")
        self.feature.observe(lambda _: self._feature_picked(), "value")
        self.threshold.observe(lambda _: self._threshold_picked(), "value")
        self.points.observe(self._points_changed, "value")
        self.value.observe(self._value_changed, "value")
        self.as_of.observe(lambda _: self.show(), "value")

    def _field(self, name: str) -> str:
        return label("desk_field", name, self.lang)

    def _features_of(self) -> None:
        titles = self.risk.titles(self.lang)
        card = self.risk.card[self.population.value]
        order = sorted(card, key=lambda name: -card[name].points)
        self._quiet = True
        self.feature.options = [(titles[name], name) for name in order]
        self._quiet = False
        self._feature_picked()

    def _path(self) -> str:
        return f"card.{self.population.value}.{self.feature.value}.points"

    def _feature_picked(self) -> None:
        if self._quiet or not self.feature.value:
            return
        points = self.risk.card[self.population.value][self.feature.value].points
        self._set(self.points, self.changes.get(self._path(), points))

    def _threshold_picked(self) -> None:
        path = self.threshold.value
        self._set(self.value, float(self.changes.get(path, self._standing(path))))

    def _standing(self, path: str):
        place = self.risk
        for part in path.split("."):
            place = getattr(place, part)
        return place

    def _set(self, widget, value) -> None:
        self._quiet = True
        widget.value = value
        self._quiet = False

    def _points_changed(self, change) -> None:
        if not self._quiet:
            self._change(self._path(), change["new"])

    def _value_changed(self, change) -> None:
        if not self._quiet:
            whole = isinstance(self._standing(self.threshold.value), int)
            value = int(change["new"]) if whole and change["new"] % 1 == 0 else change["new"]
            self._change(self.threshold.value, value)

    def _change(self, path: str, value) -> None:
        tried = self.changes | {path: value}
        try:
            change_risk(self.risk, tried)
        except BadChange:
            self._say("if_fault", why=why_not_tried(path, self.lang))
            return
        self.changes = tried
        self.show()

    def reset(self) -> None:
        """Go back to what the round says."""
        self.changes = {}
        self._quiet = True
        self.as_of.value = self.data.round.as_of
        self._quiet = False
        self._feature_picked()
        self._threshold_picked()
        self.show()

    def show(self) -> None:
        """Show the list as it would be for the court that is open."""
        if self._quiet:
            return
        self.kept.value = ""
        as_of = self.as_of.value or self.data.round.as_of
        if not self.changes and as_of == self.data.round.as_of:
            self._say("if_same")
            return
        if as_of != self.data.round.as_of:
            self._say("if_wait")
        try:
            found = self.compare()
        except BadSnapshot:
            self._say("if_no_record")
            return
        except AuditError:
            self._say("if_fault", why=why_not_tried(None, self.lang))
            return
        self.told.value = self._html(found)

    def compare(self):
        """Return the list that stands beside the one that would be; see ``compare_lists``."""
        court = self._court()
        tables = self.data.court(court)
        if court not in self._snapshots:
            self._snapshots = {court: open_snapshot(self.data.snapshot, [court])}
        snapshot = self._snapshots[court]
        scores, drawn = list_alternative(
            snapshot, self.data.round, {name: tables[name] for name in _TABLES},
            self.changes, self.as_of.value,
        )  # fmt: skip
        return compare_lists(tables["select"], drawn, tables["score"], scores)

    def _html(self, found) -> str:
        counts = found["moved"].value_counts()
        moved = (found["score_now"] != found["score_then"]) & found["score_then"].notna()
        lead = label(
            "desk_text", "if_sum", self.lang, into=int(counts.get("into", 0)),
            out=int(counts.get("out", 0)), moved=int(moved.sum()),
        )  # fmt: skip
        notes = [self._changed(), lead]
        if any(path.endswith(".points") for path in self.changes):
            notes.append(label("desk_text", "if_rest", self.lang))
        words, heads = self.words, ("case_no", "handler", "stratum", "score")
        names = [label("desk_column", name, self.lang) for name in heads]
        before, after = (label("desk_column", side, self.lang) for side in ("before", "after"))
        head = ["", names[0], names[1]] + [
            f"{n}（{s}）" for n in names[2:] for s in (before, after)
        ]
        rows = []
        for r in found.head(load_desk_settings().rows).itertuples(index=False):
            cells = [
                label("desk_moved", r.moved, self.lang),
                r.case_no,
                "—" if missing(r.handler) else clip(str(r.handler), 20),
                words.of("stratum", r.stratum_now),
                words.of("stratum", r.stratum_then),
                words.number(r.score_now),
                words.number(r.score_then),
            ]
            tone = {"into": "#e8f3ea", "out": "#f9e9e7"}.get(r.moved, "#ffffff")
            inside = "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
            rows.append(f'<tr class="{r.moved}" style="background:{tone}">{inside}</tr>')
        heading = "".join(f"<th>{escape(name)}</th>" for name in head)
        return (
            f"<p><b>{escape(' '.join(notes))}</b></p><div class='desk-if-list'><table>"
            f"<thead><tr>{heading}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _keep(self) -> None:
        folder = desk_folder() / "proposals"
        name, why, author = self.name.value, self.why.value, self._author()
        try:
            path = write_proposal(
                folder, name, why, author, self.data.round, self.changes, self.as_of.value
            )
        except BadChange:
            changed = bool(self.changes) or self.as_of.value != self.data.round.as_of
            told = why_not_kept(name, why, author, folder, changed, self.lang)
            self.kept.value = escape(label("desk_text", "if_fault", self.lang, why=told))
            return
        except CannotWrite:
            told = label("desk_if_fault", "folder", self.lang, path=str(folder))
            self.kept.value = escape(label("desk_text", "if_fault", self.lang, why=told))
            return
        self.kept.value = escape(label("desk_text", "if_kept", self.lang, path=str(path)))

    def _changed(self) -> str:
        """Name what is being tried, with what stands and what is tried instead."""
        titles = self.risk.titles(self.lang)
        told = []
        for path, value in self.changes.items():
            parts = path.split(".")
            if parts[0] == "card":
                population = label("desk_population", parts[1], self.lang)
                name = f"{population} {titles[parts[2]]}"
                stands = self.risk.card[parts[1]][parts[2]].points
            else:
                name, stands = label("desk_threshold", path, self.lang), self._standing(path)
            told.append(f"{name} {stands:g} → {value:g}")
        as_of = self.as_of.value or self.data.round.as_of
        if as_of != self.data.round.as_of:
            name = label("desk_field", "as_of", self.lang)
            told.append(f"{name} {self.words.day(self.data.round.as_of)} → {self.words.day(as_of)}")
        return label("desk_text", "if_changed", self.lang, changes="；".join(told))

    def _say(self, code: str, **values) -> None:
        self.told.value = f"<p>{escape(label('desk_text', code, self.lang, **values))}</p>"
