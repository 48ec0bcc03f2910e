"""The form in which an inspector writes a decision, and the history of a case beneath it.

What is typed is kept as a draft at once, so that a kernel that restarts or a tab that closes
loses nothing. Nothing here decides: it passes on what a person wrote, and shows what was saved.
"""

import datetime
import os
import uuid
from html import escape

import ipywidgets as widgets

from audit_lib.desk.database import may_return
from audit_lib.desk.decisions import BadEntry, Decision, Entry
from audit_lib.desk.rows import rows_of
from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.desk.store import ChangedMeanwhile, Store, StoreUnavailable
from audit_lib.desk.ticks import Ticks
from audit_lib.desk.words import label
from audit_lib.record.tables import code_list
from audit_lib.report.rulebook import cite, rule_title
from audit_lib.report.wording import Words, clip, missing

__all__ = ["DecisionForm", "known_author"]

_DRAFTED = ("issues", "examined", "evidence", "note", "inspected_on", "rectify_by", "reason")
_DAYS = ("inspected_on", "rectify_by")
# The history keeps moments in UTC; an inspector reads the clock of the whole country.
_BEIJING = datetime.timezone(datetime.timedelta(hours=8))


def known_author() -> tuple[str, bool]:
    """Return who works at this desk, and whether the account itself says so.

    On a hub the account does (``AUDIT_DESK_AUTHOR`` or ``JUPYTERHUB_USER``), and it cannot be
    typed over; on a desk of one's own the last name used is offered again.
    """
    given = os.environ.get("AUDIT_DESK_AUTHOR") or os.environ.get("JUPYTERHUB_USER")
    if given:
        return given.strip(), True
    try:
        return (desk_folder() / "author.txt").read_text(encoding="utf-8").strip(), False
    except (OSError, UnicodeDecodeError):
        return "", False


def unavailable(error: StoreUnavailable, lang: str) -> str:
    """Return what is wrong with the store, in the language of the screen.

    The database's own words, which name servers and files, are for whoever looks after it: they
    stay in the log of the exception and not on the screen.
    """
    return label("desk_fault", "unavailable" if may_return(error) else "read_only", lang)


class DecisionForm:
    """The form for one case at a time.

    Parameters
    ----------
    store : Store
    round_name : the round
    lang : ``zh`` or ``en``
    saved : called without arguments after each save
    onward : called without arguments to open the next case of the list

    Attributes
    ----------
    box : the widget to show
    """

    def __init__(self, store: Store, round_name: str, lang: str, saved, onward=None):
        self.store, self.round_name, self.lang, self._saved = store, round_name, lang, saved
        self._onward = onward or (lambda: None)
        self.court_code = self.case_no = None
        self._seen, self._save_id, self._quiet, self._drawn = 0, None, False, {}
        self._draft: dict | None = None
        self._named = ""
        issues = [(c.zh if lang == "zh" else c.en, i) for i, c in code_list("issue").items()]
        issues = [(text, code) for text, code in issues if code != "none"]
        wide = widgets.Layout(width="98%")
        name, fixed = known_author()
        self.author = widgets.Text(
            name, description=self._field("author"), disabled=fixed, continuous_update=False
        )
        self.fields = {
            "issues": Ticks("issues"),
            "examined": Ticks("examined"),
            "evidence": Ticks("evidence", height="180px"),
            "note": widgets.Textarea(rows=5, layout=wide),
            "inspected_on": widgets.DatePicker(),
            "rectify_by": widgets.DatePicker(),
            "reason": widgets.Text(layout=wide),
        }
        for name, widget in self.fields.items():
            widget.description = self._field(name)
            widget.observe(self._typed, "value")
        for name in ("issues", "examined"):
            self.fields[name].options = issues
        self.title = widgets.HTML()
        self.title.add_class("desk-form-case")
        self.remark = widgets.Textarea(description=self._field("remark"), rows=3, layout=wide)
        self.told = widgets.HTML()
        self.told.add_class("desk-told")
        self.written = widgets.HTML()
        self.written.add_class("desk-history")
        self.author.observe(self._author_changed, "value")
        self.box = widgets.VBox([self.written] if store.read_only else self._lay())
        self.box.add_class("desk-decision")
        self.close_case()

    def _field(self, name: str) -> str:
        return label("desk_field", name, self.lang)

    def _button(self, name: str, act, style: str = "") -> widgets.Button:
        said = label("desk_button", name, self.lang)
        button = widgets.Button(description=said, button_style=style)
        button.add_class(f"desk-save-{name}")
        button.on_click(lambda _: act())
        return button

    def _lay(self) -> list[widgets.Widget]:
        fields = self.fields
        remarks = [
            self._button("agree", lambda: self._remark("second_reading", agrees=True)),
            self._button("disagree", lambda: self._remark("second_reading", agrees=False)),
            self._button("dispute", lambda: self._remark("dispute")),
            self._button("withdraw", lambda: self._remark("withdrawal"), "warning"),
        ]
        return [
            self.title,
            self.author,
            widgets.HBox([fields["issues"], fields["examined"]]),
            fields["note"],
            fields["evidence"],
            widgets.HBox([fields["inspected_on"], fields["rectify_by"]]),
            fields["reason"],
            widgets.HBox(
                [
                    self._button("decide", self._decide, "primary"),
                    self._button("next", self._onward),
                ]
            ),
            self.told,
            self.remark,
            widgets.HBox(remarks),
            self.written,
        ]

    def open_case(self, court_code: str, case_no: str, tables) -> None:
        """Show the form of one case: its draft where there is one, else its last decision."""
        self.court_code, self.case_no = court_code, case_no
        drawn = tables["select"].head(1)
        self._drawn = {}
        for row in rows_of(drawn):
            self._drawn = {"selected_as": row.stratum}
            if not missing(row.probability):
                self._drawn["probability"] = float(row.probability)
        self._quiet = True
        self.fields["evidence"].options = self._evidence(tables)
        self._quiet = False
        self.told.value = ""
        self.remark.value = ""
        self._fill()
        # Last: the form that bears the number of a case is filled.
        self.title.value = (
            f"<b>{escape(label('desk_text', 'form_case', self.lang, case=case_no))}</b>"
        )

    def close_case(self) -> None:
        """Show no case: nothing can be saved until one is opened."""
        self.court_code = self.case_no = None
        self._quiet = True
        self.fields["evidence"].options = []
        self._quiet = False
        self._set({})
        self.title.value = escape(label("desk_text", "pick", self.lang))
        self.told.value = self.written.value = self.remark.value = ""

    def _evidence(self, tables) -> list[tuple[str, str]]:
        """Offer the leads with what they rest on, then each entry of the record."""
        words = Words(self.lang)
        found = [
            (clip(f"{rule_title(r.rule, self.lang)} {cite(r.source, r.article)}", 80), r.evidence)
            for r in rows_of(tables["findings"])
            if not missing(r.evidence)
        ]
        seen = tables["events"][~(tables["events"]["day"] > tables.facts.as_of)]
        for r in rows_of(seen.sort_values("day").head(load_desk_settings().events)):
            if missing(r.day) or missing(r.source_row):
                continue
            told = f"{r.event} {r.day:%Y-%m-%d} ({r.source_file}#{int(r.source_row)})"
            found.append((clip(words.evidence(told), 80), told))
        # One wording stands once, and so does one piece of evidence.
        kept: dict[str, str] = {}
        for text, told in found:
            if text not in kept.values():
                kept.setdefault(told, text)
        return [(text, told) for told, text in kept.items()]

    def _fill(self) -> None:
        if self.case_no is None:
            return
        try:
            history = self.store.history(self.round_name, self.court_code, self.case_no)
            draft = self.store.draft(
                self.round_name, self.court_code, self.case_no, self.author.value.strip()
            )
        except StoreUnavailable as error:
            self._set({})
            self.written.value = ""
            self._unavailable(error)
            return
        self._seen, self._save_id = len(history), None
        decisions = [entry.body for entry in history if entry.kind == "decision"]
        given = decisions[-1].model_dump(mode="json") if decisions else {}
        given["reason"] = ""
        self._draft = None
        if draft is not None:
            # The revision on which the draft was begun counts: what came since must be seen.
            given, self._seen = draft
            self._draft = given
        self._set(given)
        self.written.value = self._told(history)

    def _set(self, given: dict) -> None:
        self._quiet = True
        for name, widget in self.fields.items():
            value = given.get(name)
            if isinstance(widget, Ticks):
                widget.value = tuple(value or ())
            elif name in _DAYS:
                widget.value = datetime.date.fromisoformat(value) if value else None
            else:
                widget.value = value or ""
        self._quiet = False

    def _typed(self, change) -> None:
        if self._quiet or self.case_no is None:
            return
        if change["owner"] is self.fields["issues"]:
            # What was found was looked at.
            self._quiet = True
            self.fields["examined"].value = (*self.fields["examined"].value, *change["new"])
            self._quiet = False
        self._save_id = None
        if not self.author.value.strip():
            self._say(label("desk_text", "no_author", self.lang))
            return
        body = self._body()
        try:
            kept = self.store.keep_draft(
                self.round_name, self.court_code, self.case_no, self.author.value.strip(),
                body, self._seen, self._draft or {},
            )  # fmt: skip
        except StoreUnavailable as error:
            self._unavailable(error)
            return
        if not kept:
            self._say(label("desk_text", "draft_elsewhere", self.lang))
            return
        self._draft = body
        self._remember()
        self._say(label("desk_text", "draft_kept", self.lang), good=True)

    def _author_changed(self, change) -> None:
        # Who starts typing before signing keeps the words; who signs finds the own draft.
        if not any(self._body().get(name) for name in ("note", "issues")):
            self._fill()

    def _body(self) -> dict:
        values = {name: self.fields[name].value for name in _DRAFTED}
        for name in _DAYS:
            values[name] = values[name].isoformat() if values[name] else None
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}

    def _decide(self) -> None:
        self._save("decision", self._body() | self._drawn)

    def _remark(self, kind: str, **more) -> None:
        self._save(kind, {"note": self.remark.value} | more)

    def _save(self, kind: str, body: dict) -> None:
        if self.case_no is None:
            self._say(label("desk_text", "pick", self.lang))
            return
        self._save_id = self._save_id or uuid.uuid4().hex
        try:
            self.store.save(
                kind, self.round_name, self.court_code, self.case_no, self.author.value, body,
                self._seen, self._save_id,
            )  # fmt: skip
        except ChangedMeanwhile as conflict:
            lead = escape(label("desk_text", "conflict", self.lang))
            self.told.value = f"<b>{lead}</b>{self._told(conflict.theirs)}"
            self._seen, self._save_id = max(e.revision for e in conflict.theirs), None
            return
        except BadEntry as error:
            self._say(self._worded(error))
            return
        except StoreUnavailable as error:
            self._unavailable(error)
            return
        self._remember()
        self._fill()
        self.remark.value = ""
        self._say(label("desk_text", "saved", self.lang), good=True)
        self._saved()

    def _remember(self) -> None:
        """Offer the name again at the next opening; a desk that cannot be written forgets it."""
        name = self.author.value.strip()
        if self.author.disabled or name == self._named:
            return
        try:
            desk_folder().mkdir(parents=True, exist_ok=True)
            (desk_folder() / "author.txt").write_text(name, encoding="utf-8")
        except OSError:
            return
        self._named = name

    def _worded(self, error: BadEntry) -> str:
        fields = {"issues", "examined", "evidence", "note", "reason", "author", *_DAYS}
        lines = []
        for field, code in error.faults:
            place = f"{self._field(field)}：" if field in fields else ""
            lines.append(place + label("desk_fault", code, self.lang))
        return label("desk_fault", "lead", self.lang) + "\n".join(lines)

    def _unavailable(self, error: StoreUnavailable) -> None:
        self._say(unavailable(error, self.lang))

    def _say(self, text: str, good: bool = False) -> None:
        told = "<br>".join(map(escape, text.splitlines()))
        self.told.value = f'<span class="desk-good">{told}</span>' if good else told

    def _told(self, entries) -> str:
        items = "".join(f"<li>{self._line(entry)}</li>" for entry in entries)
        title = escape(label("desk_text", "history", self.lang))
        return f"<p>{title}</p><ol>{items}</ol>" if items else ""

    def _line(self, entry: Entry) -> str:
        body = entry.body
        made = datetime.datetime.fromisoformat(entry.made_at).astimezone(_BEIJING)
        parts = [label("desk_text", "at", self.lang, at=f"{made:%Y-%m-%d %H:%M}"), entry.author]
        parts.append(label("desk_kind", entry.kind, self.lang))
        if isinstance(body, Decision):
            known = code_list("issue")
            parts.append("、".join(getattr(known[i], self.lang) for i in body.issues or ("none",)))
            parts += [body.note, body.reason]
            if body.rectify_by:
                parts.append(f"{self._field('rectify_by')} {body.rectify_by.isoformat()}")
            if body.evidence:
                told = "；".join(Words(self.lang).evidence(e) for e in body.evidence)
                parts.append(f"{self._field('evidence')} {told}")
        else:
            if body.agrees is not None:
                answer = "agree" if body.agrees else "disagree"
                parts.append(label("desk_button", answer, self.lang))
            parts.append(body.note)
        return "｜".join(escape(part) for part in parts if part)
