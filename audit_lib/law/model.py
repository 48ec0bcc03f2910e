"""The form of a rule file: law as dated data, strictly typed.

One rule a file in ``parameters/law/rules/``; the file's name is the rule's id. A rule has dated
versions; each version carries its own clock, source and wording, so that a change of law is an
added block and nothing else. The kinds form a closed list; nothing in a file is evaluated.
"""

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from audit_lib.errors import Said, say
from audit_lib.labels import Wording
from audit_lib.parameters import Parameters

Theme = Literal[
    "passive", "chaotic", "termination", "funds", "objection", "coercion", "petition", "report"
]
Duty = Literal["property", "process", "sanction", "remedy", "explanation", "conduct"]
Kind = Literal[
    "deadline",
    "earliest",
    "precedes",
    "present",
    "absent",
    "repeat",
    "term",
    "amount",
    "not_checkable",
]
Per = Literal["case", "party", "asset", "each", "occurrence"]

_SPAN = re.compile(r"(\d+) (day|working day|month|year)s?")


class Span(Parameters):
    """A length of legal time.

    Examples
    --------
    >>> Span.read("3 working days")
    Span(count=3, unit='working_day')
    >>> str(Span.read("6 months"))
    '6 months'
    """

    count: int = Field(ge=0)
    unit: Literal["day", "working_day", "month", "year"]

    @classmethod
    def read(cls, value: Any) -> Any:
        """Read ``10 days``, ``3 working days``, ``6 months`` or ``1 year``."""
        if not isinstance(value, str):
            return value
        found = _SPAN.fullmatch(value.strip())
        if not found:
            raise ValueError(
                say("rule_span", "write a time as `10 days`, `3 working days`, `6 months` or "
                    "`1 year`")
            )  # fmt: skip
        return cls(count=int(found[1]), unit=found[2].replace(" ", "_"))

    def __str__(self):
        return f"{self.count} {self.unit.replace('_', ' ')}{'' if self.count == 1 else 's'}"


def _one_or_many(value):
    return value if isinstance(value, list) else [value]


Length = Annotated[Span, BeforeValidator(Span.read)]
Words = Annotated[list[str], BeforeValidator(_one_or_many)]


class Happening(Parameters):
    """An event of the record, narrowed by its columns; a plain word means any such event.

    ``at`` names the column that gives the day: ``day``, or ``until`` for an end that the entry
    itself names; ``day_of`` takes the day of another event of the case instead. ``plus`` moves
    the day; ``unless`` drops the event when one of those follows on or before the moved day.
    ``after`` asks that one of those came first (or on the day), ``none_before`` that none did,
    ``followed_by`` that one came later; ``before_fact`` that the day lies before a date of the
    case (``basis_effective_on``); ``to_that_day`` that it is not after the day that ``day_of``
    gives; ``soon_after_filing`` that it lies within a length from filing; ``kinds`` narrows to
    some kinds of case.
    """

    event: str
    result: Words | None = None
    manner: Words | None = None
    asset_kind: Words | None = None
    asset_kind_not: Words | None = None
    until: Literal["given", "missing"] | None = None
    at: Literal["day", "until"] = "day"
    day_of: str | None = None
    plus: Length | None = None
    unless: Words = []
    after: Words = []
    none_before: Words = []
    followed_by: Words = []
    kinds: Words = []
    to_that_day: bool = False
    soon_after_filing: Length | None = None
    from_filing: bool = False
    after_filing: bool = False
    to_filing: bool = False
    before_day: date | None = None
    before_fact: Literal["basis_effective_on"] | None = None
    same_document_as: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value):
        return {"event": value} if isinstance(value, str) else value

    @cached_property
    def plain(self) -> bool:
        """Whether any such event is meant, not narrowed by anything."""
        return self == Happening(event=self.event)


Happenings = Annotated[list[Happening], BeforeValidator(_one_or_many)]


class Requirement(Parameters):
    """One thing that must stand in the record before another.

    ``any`` of these events, once a case or once a debtor (``per: party``); only asked ``when``
    one of those events came first. With ``settles``, each of the events named there (by asset
    where one is recorded) must have been followed by one of ``any``.
    """

    name: str
    any: Happenings
    per: Literal["case", "party", "asset"] = "case"
    when: Words = []
    settles: Words = []
    lead: Length | None = None
    since_previous: bool = False


class Measure(Parameters):
    """How amounts are compared.

    ``held``: the value under control, per asset, against a claim; ``sum``: what came in less
    what went back, against a claim; ``ratio``: one amount against another of the same asset;
    ``range``: an amount between limits that depend on who the party is.
    """

    kind: Literal["held", "sum", "ratio", "range"]
    adds: Words = []
    sets: Words = []
    removes: Words = []
    limited_by: Words = []
    base: Words = []
    divisible: Words = []
    at_most: float | None = None
    doubtful_from: float | None = None
    at_least: float | None = None
    limits: dict[str, tuple[float, float]] = {}


class Base(Parameters):
    """The end of another clock, from which a term is counted."""

    start: Happenings = Field(alias="from")
    within: Length
    within_non_litigation: Length | None = None


class Fact(Parameters):
    """What a column of the case itself must hold; missing is ``unknown``, or ``breached``.

    ``style`` asks for the new form of a case number; ``one_of`` for one of these words.
    """

    column: Literal["closing_ground", "closing_manner", "case_number_style"]
    one_of: Words = []
    missing: Literal["unknown", "breached"] = "unknown"


class Source(Parameters):
    """A text (an id of ``texts.yaml``) and the article in it."""

    text: str
    article: str


class Version(Parameters):
    """A rule's clock from one effective day on."""

    ended: bool = False
    start: Happenings = Field(default=[], alias="from")
    or_else: Happenings = []
    until: Happenings = []
    until_sum: Words = []
    within: Length | None = None
    within_by_event: dict[str, Length] = {}
    within_non_litigation: Length | None = None
    minus: Length | None = None
    due: date | Literal["until"] | None = None
    wait: Length | None = None
    every: Length | None = None
    for_at_most: Length | None = None
    ends: Words = []
    held: bool = False
    fact: Fact | None = None
    base: Base | None = None
    doubtful_to: Length | None = None
    requires: list[Requirement] = []
    forbidden: Happenings = []
    window_ends: Happenings = []
    window_plus: Length | None = None
    without_end: Words = []
    measure: Measure | None = None
    source: Source | None = None
    also: list[Source] = []
    says: Wording | None = None

    @model_validator(mode="after")
    def _whole(self):
        if not self.ended and (self.source is None or self.says is None):
            raise ValueError(
                say("rule_no_source", "a version needs `source` and `says`, or `ended: true`")
            )
        return self


class AppliesTo(Parameters):
    """Which cases a rule binds; what is empty does not narrow."""

    kinds: Words = []
    courts: str | None = None
    obligation: Literal["money", "conduct"] | None = None
    non_litigation: bool | None = None
    has: Words = []
    has_not: Words = []
    causes: Words = []
    filed_before: date | None = None
    filed_from: date | None = None


class Checked(Parameters):
    """When a person last compared the rule with its text, and against what."""

    day: date
    against: str


class Rule(Parameters):
    """One rule of the catalogue, as its file says.

    Notes
    -----
    ``verified: false`` means that nobody has re-read the text; it is shown wherever the rule is
    cited. ``tolling`` names a list of ``pauses.yaml``; ``doubtful_pauses`` another one whose
    pauses are not in the law's list: where they decide, the outcome is ``unknown``.
    ``shown_without_day`` names a column of the case that shows the act but not its day.
    """

    id: str
    title: Wording
    asks: Wording
    chapter: str
    theme: Theme
    duty: Duty
    kind: Kind
    per: Per = "case"
    pool: Words = []
    match: Literal["asset", "party", "document", "none"] = "none"
    applies_to: AppliesTo = AppliesTo()
    governed_by: str = "trigger"
    before_first_version: Literal["not_bound", "unknown"] = "not_bound"
    always: bool = False
    early_act: Literal["met", "unknown", "ignored"] = "unknown"
    strictly_after: bool = False
    rolls: bool = True
    tolling: str | None = None
    doubtful_pauses: str | None = None
    extended_by: Words = []
    recorded_by: Words = []
    shown_without_day: Literal["handler"] | None = None
    closing: Literal["ends", "stays"] | Words = "ends"
    rest_yuan: float = 0.0
    yields_to: str | None = None
    reason: Wording | None = None
    versions: dict[date, Version] = {}
    assumptions: list[Wording] = []
    doubts: list[Wording] = []
    severity: Literal["high", "medium", "low"]
    verified: bool
    checked: Checked | None = None

    @cached_property
    def alike(self) -> list[tuple[Version, list[tuple[date, date | None]]]]:
        """The versions grouped by what they ask: those that differ only in source and wording.

        Each group is (version, periods), each period (first day, first day of the next version
        or None); what is in force between them is judged in one pass.
        """
        days = sorted(self.versions)
        groups: dict[str, tuple[Version, list]] = {}
        for day, following in zip(days, [*days[1:], None], strict=True):
            version = self.versions[day]
            if not version.ended:
                key = version.model_dump_json(exclude={"source", "also", "says"})
                groups.setdefault(key, (version, []))[1].append((day, following))
        return list(groups.values())

    @model_validator(mode="after")
    def _complete(self):
        if self.kind == "not_checkable":
            if self.reason is None:
                raise ValueError(
                    say("rule_no_reason", "a rule that cannot be checked needs its `reason`")
                )
            return self
        if not self.versions or all(v.ended for v in self.versions.values()):
            raise ValueError(say("rule_no_version", "a rule needs at least one version in force"))
        if self.verified and self.checked is None:
            raise ValueError(
                say("rule_not_checked", "a verified rule needs {what}",
                    what="`checked: {day, against}`")
            )  # fmt: skip
        for day, version in self.versions.items():
            if not version.ended:
                fault = _fault(self, version)
                if fault:
                    raise ValueError(
                        say("rule_version", "version {day}: {fault}", day=day, fault=fault)
                    )
        return self


_NEEDS = {
    "deadline": ("start",),
    "earliest": ("start", "until", "within"),
    "precedes": ("start", "requires"),
    "present": ("start",),
    "absent": ("forbidden",),
    "repeat": ("start", "until", "every", "for_at_most"),
    "term": ("start", "within"),
    "amount": ("measure",),
}

#: What a kind reads beside what it needs; a key that it does not read would be silently without
#: effect, so it is refused.
_ALSO_READS = {
    "deadline": (
        "or_else", "until", "until_sum", "within", "within_by_event", "within_non_litigation",
        "minus", "due", "held",
    ),
    "present": ("or_else", "until", "wait", "held", "fact"),
    "absent": ("start", "window_ends", "window_plus", "without_end"),
    "repeat": ("ends",),
    "term": ("base", "doubtful_to"),
    "amount": ("start",),
}  # fmt: skip
_OF_ALL = {"ended", "source", "also", "says"}


def _fault(rule: Rule, version: Version) -> Said | None:
    missing = [n for n in _NEEDS[rule.kind] if not getattr(version, n)]
    if missing:
        names = ", ".join("from" if n == "start" else n for n in missing)
        return say("rule_needs", "a `{kind}` needs `{names}`", kind=rule.kind, names=names)
    read = {*_NEEDS[rule.kind], *_ALSO_READS.get(rule.kind, ()), *_OF_ALL}
    idle = sorted(version.model_fields_set - read)
    if idle:
        name = "from" if idle[0] == "start" else idle[0]
        return say("rule_idle", "a `{kind}` does not read `{name}`", kind=rule.kind, name=name)
    if rule.kind == "deadline":
        if not (version.within or version.due or version.within_by_event):
            return say("rule_no_limit", "a `deadline` needs `within` or `due`")
        if not (version.until or version.until_sum):
            return say("rule_no_end", "a `deadline` needs `until` or `until_sum`")
    if rule.kind == "present" and not (version.fact or (version.until and version.wait)):
        return say("rule_present", "a `present` needs `fact`, or `until` and `wait`")
    if rule.kind == "amount" and version.measure.kind in ("ratio", "range") and not version.start:
        return say("rule_measure", "this measure needs `from`")
    return None
