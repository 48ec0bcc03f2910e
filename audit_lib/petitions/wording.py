"""The wording rules: which words, near which others, are an allegation, an ask, a route's reason.

Reads ``parameters/petitions.yaml`` strictly: a rule that names a concept without words, or an
allegation outside the contract's list, is refused with file and line.
"""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from audit_lib.parameters import Parameters, load_parameters, parameters_folder
from audit_lib.petitions.phrases import PhraseFinder, Span, expand_phrase

__all__ = ["ALLEGATIONS", "MEANING", "ROUTES", "PetitionParameters", "Rule", "load_wording"]

MEANING = "meaning:"  # before the names of the lexicon, in the one finder of all words

Allegation = Literal[
    "passive", "selective", "chaotic", "wrongful_termination", "money_withheld", "over_seizure",
    "outsider_property", "clue_ignored", "no_contact", "not_filed", "not_resumed",
    "wrong_sanction", "sale_irregular", "integrity", "other", "none", "not_enforcement",
]  # fmt: skip
Route = Literal[
    "urge", "conduct_objection", "outsider_objection", "supervision", "state_compensation",
    "sanction_review", "reversal", "petition_only", "not_enforcement",
]  # fmt: skip
ALLEGATIONS: tuple[str, ...] = Allegation.__args__
ROUTES: tuple[str, ...] = Route.__args__
# concepts that the program finds, not the word lists
FOUND_BY_PROGRAM = frozenset({"long_time", "short_time", "amount", "case_number"})


def _expandable(phrase: str) -> str:
    if any(
        not form.strip("…") or form[0] == "…" or form[-1] == "…" for form in expand_phrase(phrase)
    ):
        raise ValueError(f"`{phrase}` has an empty form, or begins or ends with a gap")
    return phrase


Phrase = Annotated[str, AfterValidator(_expandable)]


class Rule(Parameters):
    """One wording rule: all of some concepts within so many characters of each other.

    ``unless`` concepts in the same stretch (widened to its clause) undo it; ``nowhere`` concepts
    anywhere in the text do; ``anywhere`` concepts must stand somewhere. A ``weak`` rule counts
    only where nothing else is alleged. ``ordered``: the concepts stand in the order named.
    """

    all: list[str] = Field(min_length=1)
    within: int = Field(default=40, ge=1, le=400)
    unless: list[str] = []
    anywhere: list[str] = []
    nowhere: list[str] = []
    ordered: bool = False
    weak: bool = False

    def match(self, hits: dict[str, list[Span]], text_clause) -> Span | None:
        """Return the stretch of text that decides, or None."""
        for concept in self.all:
            if concept not in hits:
                return None
        if any(c not in hits for c in self.anywhere) or any(c in hits for c in self.nowhere):
            return None
        for span in self._stretches(hits):
            wide = text_clause(*span)
            if not any(
                wide[0] <= start and end <= wide[1]
                for concept in self.unless
                for start, end in hits.get(concept, ())
            ):
                return span
        return None

    def _stretches(self, hits):
        """Yield the stretches in which the concepts stand together, in order of their first."""
        for first in hits[self.all[0]]:
            stretch, before = first, first[0]
            for concept in self.all[1:]:
                joined = [
                    (min(stretch[0], span[0]), max(stretch[1], span[1]), span[0])
                    for span in hits[concept]
                    if not (self.ordered and span[0] < before)
                ]
                start, end, before = min(
                    joined, key=lambda j: (j[1] - j[0], j[0]), default=(0, 10**9, 0)
                )
                stretch = (start, end)
                if end - start > self.within:
                    break
            else:
                yield stretch


class Remedy(Parameters):
    """A route's text: article, who may use it, and until when."""

    article: str
    who: list[Literal["creditor", "debtor", "outsider", "interested", "other"]]
    until: str
    days: int | None = None
    after_months: int | None = None
    verified: Literal["yes", "no"]


class Reading(Parameters):
    """How a text is read."""

    longest: int = Field(ge=1000)
    gap: int = Field(ge=1, le=20)
    long_time_days: int
    quote_length: int
    texts_per_second: int = Field(ge=1)


class About(Parameters):
    """When a text is about enforcement at all."""

    enforcement: list[Rule]
    enforcement_long: list[Rule]
    elsewhere: list[Rule]
    incidental_length: int
    telling: list[Allegation]
    anchors: list[str]
    weak_anchors: list[str]
    weak_length: int


class Classifier(Parameters):
    """The character classifier beside the rules."""

    use: bool
    threshold: dict[Allegation, float]
    default_threshold: float = Field(gt=0, le=1)
    unnamed_threshold: float = Field(gt=0, le=1)
    route_margin: float = Field(ge=0, le=1)
    other_threshold: float = Field(gt=0, le=1)
    unanchored_margin: float = Field(ge=0, le=1)
    near_margin: float = Field(ge=0, le=1)
    near_meanings: list[str]
    telling_margin: float = Field(ge=0, le=1)
    telling: list[Allegation]
    inverse_penalty: float = Field(gt=0)
    seed: int


class Linking(Parameters):
    """How petitions are joined to cases."""

    accept: float = Field(gt=0, le=1)
    offer: float = Field(gt=0, le=1)
    candidates: int = Field(ge=1, le=20)
    near_edits: int = Field(ge=1, le=2)
    name_score: float = Field(ge=50, le=100)
    margin: float
    round_sum: int = Field(ge=1)
    calibration: dict[str, list[tuple[float, float]]]


class Handling(Parameters):
    """Limits on handling petitions, and when a reply says nothing."""

    register_days: int
    finish_days: int
    extension_days: int
    return_window_days: int
    authority: dict[Literal["register", "finish", "report", "again", "reply"], str]
    doubtful: str
    empty_reply_characters: int
    answers: dict[Allegation, list[str]]


class Checking(Parameters):
    """What of the record speaks for and against an allegation."""

    silence_days: int
    funds_days: int
    clue_days: int
    contact_days: int
    small_rest: float
    over_seizure_factor: float
    several_petitioners: int


class PetitionParameters(Parameters):
    """Everything in ``parameters/petitions.yaml``."""

    spelling: str
    reading: Reading
    words: dict[str, list[Phrase]]
    denials: list[Phrase]
    allegations: dict[Allegation, list[Rule]]
    beside_debtor: list[Allegation]
    about: About
    silent: list[Rule]
    asks: dict[str, list[Phrase]]
    roles: dict[Literal["creditor", "debtor", "outsider"], list[Rule]]
    route_reasons: dict[
        Literal[
            "state_compensation",
            "reversal",
            "sanction",
            "remedies_used",
            "too_late",
            "act_attacked",
        ],
        list[Rule],
    ]
    routes: dict[Route, Remedy]
    classifier: Classifier
    linking: Linking
    handling: Handling
    checking: Checking

    @model_validator(mode="after")
    def _concepts_exist(self):
        known = set(self.words) | FOUND_BY_PROGRAM
        groups = [*self.allegations.values(), *self.roles.values(), *self.route_reasons.values()]
        groups += [
            self.about.enforcement,
            self.about.enforcement_long,
            self.about.elsewhere,
            self.silent,
        ]
        for rule in (rule for group in groups for rule in group):
            for concept in [*rule.all, *rule.unless, *rule.anywhere, *rule.nowhere]:
                if concept not in known:
                    raise ValueError(f"a rule names the concept `{concept}`, which has no words")
        unknown = {*self.about.anchors, *self.about.weak_anchors} - known
        if unknown:
            raise ValueError(f"anchors without words: {sorted(unknown)}")
        missing = set(ROUTES) - set(self.routes)
        if missing:
            raise ValueError(f"routes without a remedy: {sorted(missing)}")
        return self

    def finder(self, lexicon: dict[str, list[str]]) -> PhraseFinder:
        """Return the phrase finder of all words, asks (``ask:…``), denials and meanings."""
        unknown = set(self.classifier.near_meanings) - set(lexicon)
        if unknown:
            raise ValueError(
                f"petitions.yaml: near_meanings names {sorted(unknown)}, not in lexicon.yaml"
            )
        concepts = {name: list(phrases) for name, phrases in self.words.items()}
        concepts |= {MEANING + name: list(phrases) for name, phrases in lexicon.items()}
        concepts |= {f"ask:{name}": list(phrases) for name, phrases in self.asks.items()}
        concepts["denial"] = list(self.denials)
        return PhraseFinder(concepts, self.reading.gap)


@lru_cache(maxsize=4)
def _load(path) -> tuple[PetitionParameters, PhraseFinder]:
    parameters = load_parameters(path, PetitionParameters)
    lexicon = load_parameters(path.parent / "petitions" / "lexicon.yaml", dict[str, list[Phrase]])
    return parameters, parameters.finder(lexicon)


def load_wording() -> tuple[PetitionParameters, PhraseFinder]:
    """Return the parameters of the room and the finder of its words, read once."""
    return _load(parameters_folder() / "petitions.yaml")
