"""Reading the law: texts, pauses, vocabulary and rules, refused at load if anything is off.

Reads ``parameters/law/``. Everything that a rule names (an event, a text, another rule, a list
of pauses) must exist; the message gives file and line.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from audit_lib.errors import BadParameterFile, NoVersionInForce, UnknownCode, hint, say
from audit_lib.labels import Wording
from audit_lib.law.model import Rule, Version, Words
from audit_lib.parameters import (
    Parameters,
    fault_words,
    load_parameters,
    parameters_folder,
    read_yaml,
)
from audit_lib.record.tables import load_events

__all__ = ["Pack", "PauseList", "Text", "load_pack", "load_rules"]


class Text(Parameters):
    """A legal text: its number as cited, its name, and the days it was in force."""

    number: str
    title: Wording
    in_force: date | None = None
    url: str | None = None
    note: Wording | None = None


class PausePair(Parameters):
    """A pause that one event opens and another ends."""

    opens: Words
    ends: Words


class PauseList(Parameters):
    """Which recorded events stop one clock, and where that is said.

    ``events`` run from their day to their own ``until``, to the next event of ``ended_by``, or,
    open, to the audit day. ``pairs`` run from one event to another.
    """

    title: Wording
    source: str
    events: Words = []
    pairs: list[PausePair] = []
    verified: bool = False


class _Pauses(Parameters):
    ended_by: Words
    lists: dict[str, PauseList]


class _Vocabulary(Parameters):
    derived: dict[str, Wording] = {}
    from_other_rooms: dict[str, Wording] = {}


@dataclass(frozen=True)
class Pack:
    """A rule pack: what the engine needs to judge one vocabulary of events."""

    rules: dict[str, Rule]
    texts: dict[str, Text]
    pauses: dict[str, PauseList]
    resumes: tuple[str, ...]
    events: tuple[str, ...]
    folder: Path
    places: dict[str, Path] = field(default_factory=dict)
    from_other_rooms: tuple[str, ...] = ()

    def rule(self, rule_id: str) -> Rule:
        """Return one rule, or say which name is nearest."""
        if rule_id not in self.rules:
            raise UnknownCode.from_value(_KINDS["rule"], rule_id, self.rules)
        return self.rules[rule_id]

    def version_in_force(self, rule_id: str, day: date) -> tuple[date, Version]:
        """Return the version of a rule that holds on one day.

        Raises
        ------
        NoVersionInForce
            The rule has not begun, or has ended, on that day.
        """
        rule = self.rule(rule_id)
        begun = [start for start in rule.versions if start <= day]
        if not begun or rule.versions[max(begun)].ended:
            raise NoVersionInForce(
                say("no_version", "No version of `{rule}` is in force on {day}.", rule=rule_id,
                    day=day)
            )  # fmt: skip
        return max(begun), rule.versions[max(begun)]

    def checkable(self) -> dict[str, Rule]:
        """Return the rules that can be checked from a record."""
        return {name: r for name, r in self.rules.items() if r.kind != "not_checkable"}

    def from_record(self) -> dict[str, Rule]:
        """Return the checkable rules that need nothing but the record itself."""
        others = set(self.from_other_rooms)
        return {
            name: rule
            for name, rule in self.checkable().items()
            if not any(h.event in others for v in rule.versions.values() for h in v.start)
        }


def load_rules(folder: str | Path | None = None) -> dict[str, Rule]:
    """Return every rule of the catalogue by its id.

    Raises
    ------
    BadParameterFile
        A rule file is wrong; with file and line.
    """
    return load_pack(folder).rules


def load_pack(folder: str | Path | None = None, events: tuple[str, ...] | None = None) -> Pack:
    """Read a rule pack strictly.

    Parameters
    ----------
    folder : folder with ``rules/``, ``texts.yaml``, ``pauses.yaml`` and ``vocabulary.yaml``;
        ``parameters/law`` by default.
    events : the known event codes; those of the received format by default.
    """
    place = Path(folder) if folder else parameters_folder() / "law"
    return _load(place, events or record_events())


def record_events() -> tuple[str, ...]:
    """Return the event codes of the received format, in the order of ``events.csv``."""
    return tuple(load_events())


@lru_cache(maxsize=8)
def _load(place: Path, events: tuple[str, ...]) -> Pack:
    texts = load_parameters(place / "texts.yaml", dict[str, Text])
    pauses = load_parameters(place / "pauses.yaml", _Pauses)
    words = load_parameters(place / "vocabulary.yaml", _Vocabulary)
    derived = (*words.derived, *words.from_other_rooms)
    codes = (*events, *(code for code in derived if code not in events))
    for name, listed in pauses.lists.items():
        used = [*listed.events, *(w for p in listed.pairs for w in (*p.opens, *p.ends))]
        _known(place / "pauses.yaml", name, used, codes, "event")
    rules, places = {}, {}
    for path in sorted((place / "rules").glob("*.yaml")):
        rules[path.stem] = _load_rule(path)
        places[path.stem] = path
    pack = Pack(
        rules, texts, pauses.lists, tuple(pauses.ended_by), codes, place, places,
        tuple(words.from_other_rooms),
    )  # fmt: skip
    for name, path in places.items():
        _check_names(pack, rules[name], path)
    return pack


def _load_rule(path: Path) -> Rule:
    value, tree = read_yaml(path)
    if not isinstance(value, dict):
        why = say("rule_no_mapping", "A rule file is a mapping of keys.")
        raise BadParameterFile.from_place(path, 1, why)
    if "id" in value:
        line = tree.line_of(("id",))
        why = say("rule_id", "The file's name is the id; drop `id`.")
        raise BadParameterFile.from_place(path, line, why)
    try:
        return Rule.model_validate({"id": path.stem, **value})
    except ValidationError as error:
        lines = []
        for fault in error.errors()[:5]:
            place = _place(fault["loc"])
            steps = ".".join(str(step) for step in place) or say("the_rule", "the rule")
            line = tree.line_of(place)
            if "extra" in fault["type"]:
                near = hint([str(place[-1])], _keys(place))
                lines.append(
                    say("key_unknown", "line {line}: `{place}` is not a known key.{hint}",
                        line=line, place=steps, hint=near)
                )  # fmt: skip
            else:
                lines.append(
                    say("rule_fault", "line {line}: `{place}` {fault}.", line=line, place=steps,
                        fault=fault_words(fault))
                )  # fmt: skip
        line = tree.line_of(_place(error.errors()[0]["loc"]))
        raise BadParameterFile.from_place(path, line, tuple(lines)) from None


def _place(location) -> tuple:
    """Return where a fault lies, with the days of versions as days."""
    written = [_DAY_KEY.fullmatch(step) if isinstance(step, str) else None for step in location]
    return tuple(
        date(*map(int, found.groups())) if found else step
        for step, found in zip(location, written, strict=True)
    )


_DAY_KEY = re.compile(r"datetime\.date\((\d+), (\d+), (\d+)\)")


def _keys(location) -> list[str]:
    model = Version if location and location[0] == "versions" else Rule
    return [f.alias or name for name, f in model.model_fields.items() if name != "id"]


def _check_names(pack: Pack, rule: Rule, path: Path) -> None:
    for start, version in rule.versions.items():
        at = f"versions.{start}"
        happenings = [
            *version.start, *version.or_else, *version.until,
            *version.forbidden, *version.window_ends,
            *(h for need in version.requires for h in need.any),
        ]  # fmt: skip
        happenings += version.base.start if version.base else []
        used = [h.event for h in happenings]
        used += [
            w for h in happenings
            for w in (*h.unless, *h.after, *h.none_before, *h.followed_by)
        ]  # fmt: skip
        used += [*version.ends, *version.without_end]
        used += [w for h in happenings for w in (h.day_of, h.same_document_as) if w]
        used += [w for need in version.requires for w in (*need.when, *need.settles)]
        used += [*version.until_sum, *version.within_by_event]
        if version.measure:
            m = version.measure
            used += [*m.adds, *m.sets, *m.removes, *m.limited_by, *m.base]
        _known(path, at, used, pack.events, "event", start)
        sources = [version.source, *version.also] if version.source else version.also
        _known(path, f"{at}.source", [s.text for s in sources], pack.texts, "text", start)
        for source in sources:
            _dated(path, rule, start, source.text, pack.texts[source.text].in_force)
    scope = rule.applies_to
    _known(path, "applies_to", [*scope.has, *scope.has_not], pack.events, "event")
    _known(path, "pool", [*rule.pool, *rule.extended_by, *rule.recorded_by], pack.events, "event")
    if rule.governed_by not in ("trigger", "as_of"):
        _known(path, "governed_by", [rule.governed_by], pack.events, "event")
    lists = [name for name in (rule.tolling, rule.doubtful_pauses) if name]
    _known(path, "tolling", lists, pack.pauses, "list of pauses")
    if rule.yields_to:
        _known(path, "yields_to", [rule.yields_to], pack.rules, "rule")


def _dated(path: Path, rule: Rule, start: date, text: str, in_force: date | None) -> None:
    """Refuse a version that is older than its text, or a checked rule whose text has no day."""
    if in_force is None and not rule.verified:
        return
    if in_force is None:
        message = say("rule_undated_text", "`{text}` has no `in_force` in texts.yaml; a verified "
                      "rule cites dated texts.", text=text)  # fmt: skip
    elif start < in_force:
        message = say("rule_early_version", "The version {start} is older than its text `{text}`, "
                      "in force from {in_force}.", start=start, text=text,
                      in_force=in_force)  # fmt: skip
    else:
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((n for n, words in enumerate(lines, 1) if words.strip() == f"{start}:"), None)
    raise BadParameterFile.from_place(path, line, message)


_KINDS = {
    "event": say("what_event", "event"),
    "text": say("what_text", "text"),
    "list of pauses": say("what_pauses", "list of pauses"),
    "rule": say("what_rule", "rule"),
}


def _known(path, place, used, allowed, what, version=None):
    wrong = sorted(set(used) - set(allowed))
    if not wrong:
        return
    line = next(
        (
            number
            for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if wrong[0] in text
        ),
        None,
    )
    message = say("rule_unknown_name", "`{place}` names `{name}`, which is no known {what}.{hint}",
                  place=place, name=wrong[0], what=_KINDS[what],
                  hint=hint(wrong[:1], allowed))  # fmt: skip
    raise BadParameterFile.from_place(path, line, message)
