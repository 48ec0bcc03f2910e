"""The desk on the screen: filters, the list, and the case that was picked.

Widgets only; what they show comes from :mod:`audit_lib.desk.queue` and
:mod:`audit_lib.desk.casepage`. A list is a plain list box: it needs no script of ours, works with
the keyboard, and shows text as text whatever it holds.
"""

import ipywidgets as widgets

from audit_lib.desk.casepage import build_case, case_html
from audit_lib.desk.data import DeskData
from audit_lib.desk.form import DecisionForm
from audit_lib.desk.queue import Filters, build_queue
from audit_lib.desk.settings import load_desk_settings
from audit_lib.desk.store import Store, StoreUnavailable
from audit_lib.labels import label, labels
from audit_lib.report.wording import Words, clip, missing

__all__ = ["Desk"]


class Desk:
    """One inspector's desk.

    Parameters
    ----------
    data : DeskData, from :func:`audit_lib.desk.open_data`
    lang : ``zh`` or ``en``
    store : Store, from :func:`audit_lib.desk.find_store`; without one nothing is saved

    Attributes
    ----------
    queue, case, decision : widgets, each shown by ending a cell with it
    """

    def __init__(self, data: DeskData, lang: str = "zh", store: Store | None = None):
        self.data, self.lang, self.words = data, lang, Words(lang)
        self.store, self.form = store, None
        if store is not None:
            self.form = DecisionForm(store, data.round_name, lang, self.refresh)
            self.decision = self.form.box
        else:
            self.decision = widgets.HTML(label("desk_text", "no_store", lang))
        self.settings = load_desk_settings()
        self._quiet = False
        named = [(f"{code} {name}", code) for code, name in data.courts.items()]
        self.court = widgets.Dropdown(options=named, description=self._field("court"))
        self.drawn = widgets.Checkbox(value=True, description=self._field("drawn"), indent=False)
        shown = self.settings.names == "shown"
        self.names = widgets.Checkbox(value=shown, description=self._field("names"), indent=False)
        self.handler = self._choice("handler")
        self.stratum = self._choice("stratum")
        self.theme = self._choice("theme")
        self.state = self._choice("state")
        self.text = widgets.Text(description=self._field("text"), continuous_update=False)
        self.cases = widgets.Select(
            options=[], rows=16, layout=widgets.Layout(width="100%"), description=""
        )
        self.count = widgets.Label()
        self.page = widgets.HTML(label("desk_text", "pick", lang))
        self.queue = self._lay_queue()
        self.case = self.page
        self.queue.add_class("desk-queue")
        self.case.add_class("desk-page")
        self.court.observe(self._court_changed, "value")
        for widget in self._filters():
            widget.observe(self._filter_changed, "value")
        self.names.observe(self._names_changed, "value")
        self.cases.observe(self._case_picked, "value")
        self._court_changed()

    def _field(self, name: str) -> str:
        return label("desk_field", name, self.lang)

    def _choice(self, name: str) -> widgets.Dropdown:
        anything = (label("desk_text", "any", self.lang), None)
        return widgets.Dropdown(options=[anything], description=self._field(name))

    def _filters(self):
        return (self.drawn, self.handler, self.stratum, self.theme, self.state, self.text)

    def _lay_queue(self) -> widgets.VBox:
        rows = [
            widgets.HBox([self.court, self.drawn, self.names]),
            widgets.HBox([self.handler, self.stratum]),
            widgets.HBox([self.theme, self.state, self.text]),
            self.count,
            self.cases,
        ]
        return widgets.VBox(rows)

    def states(self) -> dict[str, str]:
        """Return case number → state of its decision, for the court that is open."""
        if self.store is None:
            return {}
        try:
            author = self.form.author.value.strip()
            return self.store.states(self.data.round_name, self.court.value, author)
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
        )  # fmt: skip
        states = self.states()
        found = build_queue(self.data, self.court.value, filters, states)
        listed = found.head(self.settings.rows)
        chosen = self.cases.value
        options = [(self._line(row), row.case_no) for row in listed.itertuples(index=False)]
        self._quiet = True
        self.cases.options = options
        kept = chosen if chosen in [number for _, number in options] else None
        self.cases.value = kept
        self._quiet = False
        self.count.value = self._counted(len(listed), len(found), states)

    def _counted(self, shown: int, total: int, states: dict[str, str]) -> str:
        drawn = self.data.court(self.court.value)["select"]["case_no"].dropna().unique()
        done = sum(states.get(number, "todo") not in ("todo", "draft") for number in drawn)
        return label("desk_text", "progress", self.lang, drawn=len(drawn), done=done) + label(
            "desk_text", "listed", self.lang, shown=shown, total=total
        )

    def _line(self, row) -> str:
        words = self.words
        why = row.reasons if missing(row.because) else f"{row.because}｜{row.reasons}"
        parts = [
            words.of("stratum", row.stratum),
            words.number(row.score),
            row.case_no,
            "—" if missing(row.handler) else clip(str(row.handler), 12),
            label("desk_state", row.state, self.lang),
            "—" if missing(why) else clip(str(why), 80),
        ]
        return " ｜ ".join(parts)

    def _court_changed(self, change=None) -> None:
        tables = self.data.court(self.court.value)
        handlers = sorted(tables["cases"]["handler"].dropna().unique())
        themes = sorted(tables["check"]["theme"].dropna().unique())
        anything = (label("desk_text", "any", self.lang), None)
        self._quiet = True
        self.handler.options = [anything, *[(clip(str(h), 30), h) for h in handlers]]
        strata = [(self.words.of("stratum", s), s) for s in ("must", "risk", "random")]
        self.stratum.options = [anything, *strata]
        self.theme.options = [anything, *[(self.words.of("theme", t), t) for t in themes]]
        known = [(text, code) for code, text in labels("desk_state", self.lang).items()]
        self.state.options = [anything, *known]
        self.cases.options = []
        self._quiet = False
        self.page.value = label("desk_text", "pick", self.lang)
        self.refresh()

    def _filter_changed(self, change) -> None:
        self.refresh()

    def _names_changed(self, change) -> None:
        if self.cases.value:
            self._show(self.cases.value)

    def _case_picked(self, change) -> None:
        if not self._quiet and change["new"]:
            self.open_case(change["new"])

    def open_case(self, case_no: str) -> None:
        """Show one case of the court that is open, and its form."""
        self._show(case_no)
        if self.form is not None:
            court = self.court.value
            self.form.open_case(court, case_no, self.data.case(court, case_no, "shown"))

    def _show(self, case_no: str) -> None:
        names = "shown" if self.names.value else "masked"
        parts = build_case(self.data, self.court.value, case_no, names, self.lang)
        self.page.value = case_html(parts)
