"""The desk on the screen: filters, the list, and the case that was picked.

Widgets only; what they show comes from :mod:`audit_lib.desk.queue` and
:mod:`audit_lib.desk.casepage`. A list is a plain list box: it needs no script of ours, works with
the keyboard, and shows text as text whatever it holds.
"""

import threading
from contextlib import suppress
from html import escape

import ipywidgets as widgets
import pandas as pd
import pyarrow.parquet as parquet

from audit_lib.desk.casepage import case_html, write_case
from audit_lib.desk.columns import align
from audit_lib.desk.data import DeskData, mask_case
from audit_lib.desk.export import build_inspections, write_inspections
from audit_lib.desk.form import DecisionForm, unavailable
from audit_lib.desk.queue import SORTS, Filters, build_queue, list_others
from audit_lib.desk.rows import rows_of
from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.desk.store import Store, StoreUnavailable
from audit_lib.desk.timeline import MIME, draw_case, empty_drawing
from audit_lib.desk.whatif import WhatIf
from audit_lib.desk.words import label
from audit_lib.errors import AuditError, CannotWrite
from audit_lib.labels import labels
from audit_lib.law import load_rules
from audit_lib.report import CourtTables
from audit_lib.report.blocks import Table
from audit_lib.report.wording import Words, clip, missing

__all__ = ["Desk"]

# Fonts of equal width; how wide a Chinese letter is in them does not matter, see `columns`.
_STYLE = """<style>
.desk-queue select[size],.desk-heads{font-family:NSimSun,"Noto Sans Mono CJK SC",
"WenQuanYi Zen Hei Mono","WenQuanYi Micro Hei Mono",monospace!important;font-size:14px!important}
.desk-queue select[size] option{padding:1px 0;border-bottom:1px solid #eee}
.desk-heads{white-space:pre;color:#555;padding-left:1px;overflow:hidden}
.desk-queue,.desk-page,.desk-decision,.desk-what-if{overflow:visible!important}
.desk-queue .widget-hbox,.desk-page>.widget-hbox,.desk-decision .widget-hbox,
.desk-what-if .widget-hbox{flex-wrap:wrap;overflow:visible}
.desk-ticks{flex-wrap:nowrap!important;min-width:300px}
.desk-ticks>.widget-label{justify-content:flex-end;text-align:right;margin-right:8px}
.desk-ticks-evidence>.desk-ticks-lines{border:1px solid #bdbdbd}
.desk-ticks-lines .widget-checkbox{height:auto;margin:1px 2px}
.desk-ticks-lines .widget-checkbox label{white-space:normal;line-height:1.5}
.desk-form-case{font-size:15px}
.desk-what-if table{border-collapse:collapse;font-size:13px}
.desk-what-if th,.desk-what-if td{border:1px solid #c8c8c8;padding:2px 6px;text-align:left}
.desk-if-list{max-height:330px;overflow:auto}
.desk-told{color:#8a1214}.desk-good{color:#1d6b3a}
</style>"""
# JupyterLab makes one of each drawing that comes without, and draws the case again to do so.
_NO_PICTURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII="
)
_COLUMNS = {"stratum": 4, "score": 5, "case_no": 26, "handler": 8, "findings": 4, "state": 12}


class Desk:
    """One inspector's desk.

    Parameters
    ----------
    data : DeskData, from :func:`audit_lib.desk.open_data`
    lang : ``zh`` or ``en``
    store : Store, from :func:`audit_lib.desk.find_store`; without one nothing is saved

    Attributes
    ----------
    queue, case, decision, what_if : widgets, each shown by ending a cell with it
    """

    def __init__(self, data: DeskData, lang: str = "zh", store: Store | None = None):
        self.data, self.lang, self.words = data, lang, Words(lang)
        self.store, self.form = store, None
        if store is not None:
            self.form = DecisionForm(
                store, data.round_name, lang, self.refresh, lambda: self.move(1)
            )
            self.decision = self.form.box
        else:
            self.decision = widgets.HTML(label("desk_text", "no_store", lang))
        self.settings = load_desk_settings()
        self._quiet, self._opened = False, None
        self._drawn_in: dict[str, int] = {}
        named = [(f"{code} {name}", code) for code, name in data.courts.items()]
        self.court = widgets.Dropdown(options=named, description=self._field("court"))
        self.drawn = widgets.Checkbox(value=True, description=self._field("drawn"), indent=False)
        shown = self.settings.names == "shown"
        self.names = widgets.Checkbox(value=shown, description=self._field("names"), indent=False)
        self.handler = self._choice("handler")
        self.stratum = self._choice("stratum")
        self.theme = self._choice("theme")
        self.state = self._choice("state")
        self.sort = widgets.Dropdown(
            options=[(label("desk_sort", name, lang), name) for name in SORTS],
            description=self._field("sort"), layout=widgets.Layout(width="27em"),
        )  # fmt: skip
        self.text = widgets.Text(description=self._field("text"), continuous_update=False)
        self.cases = widgets.Select(
            options=[], rows=16, layout=widgets.Layout(width="auto"), description=""
        )
        self.heads, self.count = widgets.HTML(), widgets.HTML()
        self.count.add_class("desk-count")
        self.export = widgets.Button(description=label("desk_button", "export", lang))
        self.export.add_class("desk-export")
        self.export.on_click(lambda _: self._export())
        self.exported = widgets.HTML()
        self.line = widgets.Output()
        self.line.add_class("desk-line")
        self.head = widgets.HTML(label("desk_text", "pick", lang))
        self.page = widgets.HTML()
        self.related = widgets.Dropdown(options=[""], layout=widgets.Layout(width="26em"))
        self.related.add_class("desk-related")
        self.queue = self._lay_queue()
        moving = [self._mover("previous", -1), self._mover("next", 1), self.related]
        self.case = widgets.VBox([widgets.HBox(moving), self.head, self.line, self.page])
        self.queue.add_class("desk-queue")
        self.case.add_class("desk-page")
        self._tried = WhatIf(data, lambda: self.court.value, self._author, lang)
        self.what_if = self._tried.box
        self.court.observe(self._court_changed, "value")
        for widget in self._filters():
            widget.observe(self._filter_changed, "value")
        self.names.observe(self._names_changed, "value")
        self.cases.observe(self._case_picked, "value")
        self.related.observe(self._related_picked, "value")
        if self.form is not None:
            # Whose drafts the list speaks of.
            self.form.author.observe(self._filter_changed, "value")
        self._court_changed()
        # What takes its time once is there when the first case is picked: rules and the court's
        # tables here, the library that draws in the browser.
        self.line.layout.display = "none"
        self.line.outputs = (_display(empty_drawing(lang, data.folder), lang),)
        threading.Thread(target=self._read_ahead, name="desk-ahead", daemon=True).start()

    def _read_ahead(self) -> None:
        load_rules()
        # Who opens a case is told what is wrong with its court.
        with suppress(AuditError):
            self.data.court(self.court.value).read_ahead()

    def _field(self, name: str) -> str:
        return label("desk_field", name, self.lang)

    def _mover(self, name: str, step: int) -> widgets.Button:
        button = widgets.Button(description=label("desk_button", name, self.lang))
        button.add_class(f"desk-{name}")
        button.on_click(lambda _: self.move(step))
        return button

    def _choice(self, name: str) -> widgets.Dropdown:
        anything = (label("desk_text", "any", self.lang), "")
        return widgets.Dropdown(options=[anything], description=self._field(name))

    def _filters(self):
        return (
            self.drawn, self.handler, self.stratum, self.theme, self.state, self.text, self.sort,
        )  # fmt: skip

    def _author(self) -> str:
        return self.form.author.value if self.form is not None else ""

    def _lay_queue(self) -> widgets.VBox:
        exporting = [widgets.HBox([self.export, self.exported])]
        if self.store is None or self.store.read_only:
            exporting = []
        rows = [
            widgets.HBox([self.court, self.drawn, self.names]),
            widgets.HBox([self.handler, self.stratum, self.theme]),
            widgets.HBox([self.state, self.text, self.sort]),
            self.count,
            self.heads,
            self.cases,
            *exporting,
        ]
        return widgets.VBox(rows)

    def states(self) -> dict[str, str]:
        """Return case number → state of its decision, for the court that is open."""
        if self.store is None:
            return {}
        try:
            return self.store.states(self.data.round_name, self.court.value, self._author().strip())
        except StoreUnavailable:
            # The list is still of use; saving says what is wrong.
            return {}

    def refresh(self) -> None:
        """Read the list again and keep the case that is open."""
        if self._quiet:
            return
        filters = Filters(
            drawn=self.drawn.value, handler=self.handler.value, stratum=self.stratum.value,
            theme=self.theme.value, state=self.state.value, text=self.text.value,
            sort=self.sort.value,
        )  # fmt: skip
        states = self.states()
        found = build_queue(self.data, self.court.value, filters, states)
        others = list_others(self.data, self.court.value, filters, states)
        found = pd.concat([found.assign(gone=False), others]) if len(others) else found
        listed = found.head(self.settings.rows)
        chosen = self.cases.value
        rows = list(rows_of(listed))
        heads = [label("desk_head", name, self.lang) for name in (*_COLUMNS, "why")]
        heads, *lines = align([heads, *map(self._cells, rows)], list(_COLUMNS.values()))
        self.heads.value = f'{_STYLE}<div class="desk-heads">{escape(heads)}</div>'
        options = [(line, row.case_no) for line, row in zip(lines, rows, strict=True)]
        self._quiet = True
        self.cases.options = options
        kept = chosen if chosen in [number for _, number in options] else None
        self.cases.value = kept
        self._quiet = False
        self.count.value = escape(self._counted(len(listed), len(found), states))

    def _counted(self, shown: int, total: int, states: dict[str, str]) -> str:
        queue = self.data.court(self.court.value).queue
        drawn = queue.loc[queue["stratum"].notna(), "case_no"]
        done = sum(states.get(number, "todo") not in ("todo", "draft") for number in drawn)
        told = [
            label("desk_text", "progress", self.lang, drawn=len(drawn), done=done),
            label("desk_text", "listed", self.lang, shown=shown, total=total),
        ]
        if len(self.data.courts) > 1:
            whole = {"drawn": sum(map(self._count_drawn, self.data.courts)), "done": done}
            if self.store is not None:
                try:
                    counts = self.store.count_decided(self.data.round_name)
                    whole["done"] = sum(counts.get(code, 0) for code in self.data.courts)
                except StoreUnavailable:
                    return "".join(told)
            told.append(label("desk_text", "progress_round", self.lang, **whole))
        return "".join(told)

    def _count_drawn(self, code: str) -> int:
        """Return how many cases of a court were drawn, from the head of the file alone."""
        if code not in self._drawn_in:
            path = self.data.folder / code / "select.parquet"
            self._drawn_in[code] = parquet.read_metadata(path).num_rows
        return self._drawn_in[code]

    def _cells(self, row) -> list[str]:
        words = self.words
        why = row.reasons if missing(row.because) else f"{row.because} · {row.reasons}"
        if getattr(row, "gone", False):
            why = label("desk_text", "gone", self.lang)
        return [
            "-" if missing(row.stratum) else words.of("stratum", row.stratum),
            "-" if missing(row.score) else words.number(row.score),
            row.case_no,
            "-" if missing(row.handler) else str(row.handler),
            str(row.findings),
            label("desk_state", row.state, self.lang),
            "-" if missing(why) else clip(str(why), 80),
        ]

    def _court_changed(self, change=None) -> None:
        tables = self.data.court(self.court.value)
        anything = (label("desk_text", "any", self.lang), "")
        self._quiet = True
        self.handler.options = [anything, *[(clip(str(h), 30), h) for h in tables.handlers]]
        strata = [(self.words.of("stratum", s), s) for s in ("must", "risk", "random")]
        self.stratum.options = [anything, *strata]
        self.theme.options = [anything, *[(self.words.of("theme", t), t) for t in tables.themes]]
        known = [(text, code) for code, text in labels("desk_state", self.lang).items()]
        self.state.options = [anything, *known]
        self.cases.options = []
        self._quiet = False
        self.line.outputs = ()
        self.head.value = label("desk_text", "pick", self.lang)
        self.page.value = ""
        self._relate(())
        self._opened = None
        if self.form is not None:
            self.form.close_case()
        self.refresh()
        self._tried.show()

    def _filter_changed(self, change) -> None:
        self.refresh()

    def _names_changed(self, change) -> None:
        if self._opened:
            self._show(self._opened)

    def _case_picked(self, change) -> None:
        if not self._quiet and change["new"]:
            self.open_case(change["new"])

    def _related_picked(self, change) -> None:
        if not self._quiet and change["new"]:
            self.open_case(change["new"])

    def move(self, step: int) -> None:
        """Open the case that stands so many lines further down in the list."""
        listed = [number for _, number in self.cases.options]
        if not listed:
            return
        at = listed.index(self.cases.value) if self.cases.value in listed else -1
        if step < 0 and at < 0:
            at = 0
        self.cases.value = listed[min(max(at + step, 0), len(listed) - 1)]

    def open_case(self, case_no: str) -> None:
        """Show one case of the court that is open, and its form."""
        if self.cases.value != case_no:
            # One that was reached from another, and that the list need not hold.
            self._quiet = True
            held = any(number == case_no for _, number in self.cases.options)
            self.cases.value = case_no if held else None
            self._quiet = False
        self._opened = case_no
        whole = self._show(case_no)
        if self.form is not None:
            self.form.open_case(self.court.value, case_no, whole)

    def _show(self, case_no: str) -> CourtTables:
        """Show one case, and return its tables with the names in full."""
        court = self.court.value
        whole = self.data.case(court, case_no, "shown")
        tables = whole if self.names.value else mask_case(whole)
        # The picture first: the browser draws it while the rest is being written.
        drawing = draw_case(tables, self.lang, self.data.folder)
        self.line.outputs = () if drawing is None else (_display(drawing, self.lang),)
        self.line.layout.display = None
        parts = write_case(self.data, court, case_no, self.lang, tables)
        self.head.value = case_html([next(parts)])
        parts = list(parts)
        self.page.value = case_html(parts, case_no)
        self._relate(row for part in parts if part.key == "desk-related"
                     for block in part.blocks if isinstance(block, Table)
                     for row in block.rows)  # fmt: skip
        return whole

    def _relate(self, rows) -> None:
        """Offer the related cases of the one that is open."""
        self._quiet = True
        lead = (label("desk_text", "open_related", self.lang), "")
        self.related.options = [lead, *[(f"{row[1]}　{row[0]}", row[1]) for row in rows]]
        self.related.value = ""
        self._quiet = False

    def _export(self) -> None:
        """Write the round's decisions of the courts that this desk sees."""
        # Under this name it is recognised when it is received with the next exports.
        target = desk_folder() / "export" / self.data.round_name / "inspections.csv"
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            entries = self.store.entries(self.data.round_name)
            seen = [entry for entry in entries if entry.court_code in self.data.courts]
            write_inspections(seen, target)
        except StoreUnavailable as error:
            self.exported.value = escape(unavailable(error, self.lang))
            return
        except (CannotWrite, OSError):
            told = label("desk_fault", "no_export", self.lang, path=str(target))
            self.exported.value = escape(told)
            return
        told = label(
            "desk_text", "exported", self.lang, count=len(build_inspections(seen)), path=str(target)
        )
        self.exported.value = escape(told)


def _display(drawing: dict, lang: str) -> dict:
    """Return a drawing as an output that JupyterLab and voila render by themselves."""
    told = label("desk_text", "timeline", lang)
    return {
        "output_type": "display_data",
        "data": {MIME: drawing, "text/plain": told, "image/png": _NO_PICTURE},
        "metadata": {},
    }
