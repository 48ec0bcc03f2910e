"""Which of the six kinds of party, state or army organ a debtor's name shows.

Takes a name as a record has it, gives a kind with its reason and its doubt. The words are in
``parameters/campaign/organs.yaml``; here is only how a Chinese name of a body is built: its head
stands at its end, and whoever owns it stands before.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pydantic import model_validator

from audit_lib.campaign.characters import plain_text
from audit_lib.parameters import Parameters, load_parameters, parameters_folder

Organ = Literal["party_committee", "congress", "government", "cppcc", "military", "judicial"]

__all__ = ["ORGANS", "OrganReading", "debtor_organ", "read_organ", "read_organs"]

ORGANS = ("party_committee", "congress", "government", "cppcc", "military", "judicial")
LONGEST_NAME = 200  # a cell longer than this holds a story, not a name


class Endings(Parameters):
    """Endings of one kind of organ."""

    full: list[str]
    loose: list[str]


class OrganWords(Parameters):
    """The file ``parameters/campaign/organs.yaml``."""

    before_name: list[str]
    behind_name: list[str]
    joiners: str
    not_organs: list[list[str]]
    organs: dict[Organ, Endings]
    whole_names: dict[Organ, list[str]]
    parts: list[str]
    owned_units: dict[Organ, list[str]]
    double_surnames: list[str]
    owners: dict[Organ, list[str]]
    entities: str
    enterprise_bureaus: str
    outside: str
    committee_subjects: list[str]
    office_subjects: str
    level_before_government: str
    doubts: dict[str, str]

    @model_validator(mode="after")
    def _one_reading_an_ending(self):
        seen = {}
        for place, endings in self.places():
            for ending in endings:
                if ending in seen:
                    raise ValueError(f"`{ending}` stands under {seen[ending]} and {place}")
                seen[ending] = place
        return self

    def places(self):
        """Yield each list of endings with the place where it stands."""
        for number, endings in enumerate(self.not_organs, 1):
            yield f"not_organs {number}", endings
        for organ, endings in self.organs.items():
            yield f"{organ}.full", endings.full
            yield f"{organ}.loose", endings.loose
        yield "parts", self.parts


@dataclass(frozen=True)
class OrganReading:
    """What a name shows: the kind of organ or None, why, and what is doubtful."""

    organ: Organ | None
    reason: str
    doubt: str | None = None


class _Reader:
    """The words, compiled once."""

    def __init__(self, words: OrganWords):
        self.words = words
        self.endings = {end: ("none", None) for group in words.not_organs for end in group}
        for organ, lists in words.organs.items():
            self.endings |= {end: ("full", organ) for end in lists.full}
            self.endings |= {end: ("loose", organ) for end in lists.loose}
        self.endings |= {end: ("part", None) for end in words.parts}
        self.longest = max(map(len, self.endings))
        self.before = re.compile(rf"^(?:{'|'.join(words.before_name)})[:：]?")
        self.behind = re.compile("|".join(words.behind_name))
        self.joiners = re.compile(words.joiners)
        self.owners = [
            (organ, re.compile("|".join(patterns))) for organ, patterns in words.owners.items()
        ]
        self.entities = re.compile(words.entities)
        self.bureaus = re.compile(words.enterprise_bureaus)
        self.outside = re.compile(words.outside)
        self.offices = re.compile(words.office_subjects)
        self.doubts = {code: re.compile(pattern) for code, pattern in words.doubts.items()}
        self.subjects = tuple(words.committee_subjects)

    def clean(self, name: str) -> str:
        """Unify widths, spaces and traditional characters; drop words around the name."""
        text = plain_text(name).strip("\"'“”‘’《》.。·-_:*")
        previous = None
        while text != previous:
            previous, text = text, self.before.sub("", text)
        return text

    def head(self, text: str) -> tuple[str, str, Organ | None]:
        """Return the longest known ending of a name, how it counts, and for what."""
        for size in range(min(self.longest, len(text)), 0, -1):
            if text[-size:] in self.endings:
                return text[-size:], *self.endings[text[-size:]]
        return "", "unknown", None

    def owner(self, text: str) -> tuple[int, Organ | None]:
        """Return where the first organ inside `text` begins, and its kind."""
        found = [(m.start(), organ) for organ, p in self.owners if (m := p.search(text))]
        return min(found, key=lambda item: item[0], default=(len(text), None))

    def owned_by_other(self, before: str, text: str, owner_at: int) -> bool:
        """Whether a company, school … stands before any organ."""
        for pattern, where in ((self.entities, before), (self.bureaus, text)):
            found = pattern.search(where)
            # A bureau of an enterprise is found by the owners' pattern too, hence <= its end.
            if found and (found.start() <= owner_at or owner_at >= len(before)):
                return True
            if found and pattern is self.bureaus and owner_at < found.end():
                return True
        return False

    def read(self, text: str) -> OrganReading:
        """Read one cleaned name."""
        for organ, patterns in self.words.whole_names.items():
            if any(re.fullmatch(pattern, text) for pattern in patterns):
                return self._found(organ, "ending", text, text)
        head, strength, organ = self.head(text)
        before = text[: len(text) - len(head)]
        owner_at, owner = self.owner(before)
        if head in self.words.owned_units.get(owner, ()) and not self.entities.search(before):
            doubt = "army_service" if owner == "military" else None
            return OrganReading(owner, "owned_by_organ", doubt)
        if strength in ("full", "loose") and self.is_person(before, head):
            return OrganReading(None, "no_body_named")
        if strength == "none":
            return OrganReading(None, "ending_no_organ")
        if strength == "full":
            return self._full(text, head, organ, owner)
        if owner == "military":
            return self._found("military", "owned_by_organ", text, head)
        if self.outside.search(text):
            return OrganReading(None, "outside_six_kinds")
        if text.endswith("委员会") and strength != "full":
            return self._committee(text, before, head, strength, organ, owner, owner_at)
        if strength == "unknown":
            return OrganReading(None, "no_known_ending")
        if self.owned_by_other(before, text, owner_at):
            return OrganReading(None, "owned_by_other_body")
        if strength == "loose":
            return self._loose(text, before, head, organ, owner)
        if owner is not None:
            return self._found(owner, "owned_by_organ", text, head)
        if head in ("办公室", "办") and self.offices.search(before):
            return OrganReading("government", "office_by_task", "agency")
        return OrganReading(None, "part_without_organ")

    def is_person(self, before: str, head: str) -> bool:
        """Whether a surname and a word of two characters make a person: 赵党委, 欧阳海关."""
        if len(head) != 2:
            return False
        levels = self.words.level_before_government
        single = len(before) == 1 and before not in levels and not ANONYMOUS.match(before)
        return single or before in self.words.double_surnames

    def _full(self, text, head, organ, owner):
        if organ == "party_committee" and self.outside.search(text):
            return OrganReading(None, "outside_six_kinds")
        if organ == "party_committee" and self.entities.search(text):
            return OrganReading(None, "owned_by_other_body")
        if organ == "congress" and not text[: len(text) - len(head)]:
            return OrganReading(None, "no_body_named")
        # A police detachment of the armed police is the army's, whatever its branch.
        if organ == "government" and owner == "military":
            organ = "military"
        return self._found(organ, "ending", text, head)

    def _loose(self, text, before, head, organ, owner):
        bare = text == head and head[0] in self.words.level_before_government
        if len(text) < 3 and "某" not in before and not bare:
            return OrganReading(None, "no_body_named")
        if organ == "party_committee" and self.entities.search(text):
            return OrganReading(None, "owned_by_other_body")
        if head == "政府" and before[-1:] not in self.words.level_before_government:
            return OrganReading(None, "no_body_named")
        if organ == "party_committee" and owner not in (None, "party_committee", "government"):
            organ = owner
        elif organ != "party_committee" and owner not in (None, "government"):
            organ = owner
        elif head in ("执行局", "审判庭") and owner is None:
            return OrganReading(None, "part_without_organ")
        return self._found(organ, "ending", text, head)

    def _committee(self, text, before, head, strength, organ, owner, owner_at):
        """Read a name that ends in 委员会: its first words or its subject decide."""
        if self.owned_by_other(text[:-3], text, owner_at):
            return OrganReading(None, "owned_by_other_body")
        if strength == "loose":
            return self._loose(text, before, head, organ, owner)
        stem = text[:-3]
        _, owner = self.owner(stem)
        if owner == "party_committee" and self.entities.search(text):
            return OrganReading(None, "owned_by_other_body")
        if stem.endswith(self.subjects) and owner in (None, "government"):
            return self._found("government", "committee_by_subject", text, head)
        if owner is not None:
            return self._found(owner, "owned_by_organ", text, head)
        return OrganReading(None, "committee_not_named")

    def _found(self, organ, reason, text, head):
        fitting = (code for code, p in self.doubts.items() if p.search(text))
        return OrganReading(organ, reason, next(fitting, None))


#: What stands for a name that was struck out.
ANONYMOUS = re.compile(r"[某A-Za-zＸ×*○甲乙丙丁]")


@lru_cache(maxsize=2)
def _reader(folder) -> _Reader:
    return _Reader(load_parameters(folder / "campaign" / "organs.yaml", OrganWords))


BRACKETS = re.compile(r"[(\[〔【][^()\[\]〔〕【】]*[)\]〕】]?")


@lru_cache(maxsize=200_000)
def _read(name: str, folder) -> OrganReading:
    reader = _reader(folder)
    if len(name) > LONGEST_NAME:
        return OrganReading(None, "no_name")
    text = reader.clean(name)
    plain = BRACKETS.sub("", text)
    readings = []
    for one in filter(None, reader.joiners.split(plain)):
        readings.append(reader.read(reader.behind.sub("", one)))
    for reading in readings:
        if reading.organ:
            several = len(readings) > 1
            return OrganReading(
                reading.organ, reading.reason, "several_names" if several else reading.doubt
            )
    # An organ whose own name is broken by brackets: 中国共产党（泰安市）委员会. What stands in
    # brackets at the end is no name: 张三（某县教育局） is a person.
    if (
        plain != text
        and not text.endswith((")", "]", "】", "〕"))
        and (not readings or readings[0].reason not in SETTLED)
    ):
        joined = reader.read(re.sub(r"[()\[\]〔〕【】]", "", text))
        if joined.organ:
            return OrganReading(joined.organ, joined.reason, "read_with_brackets")
    return readings[0] if readings else OrganReading(None, "no_name")


SETTLED = ("ending_no_organ", "owned_by_other_body", "outside_six_kinds")


def read_organ(name: str) -> OrganReading:
    """Read the kind of organ off a name, with the reason and the doubt.

    Parameters
    ----------
    name : the name of a party as the record has it; brackets, widths and spaces as they come

    Returns
    -------
    OrganReading
        ``organ`` one of the six or None; ``reason`` a code of ``campaign_reason`` and ``doubt``
        a code of ``campaign_doubt`` in labels.yaml, or None.

    References
    ----------
    泰中法办〔2016〕35号, 一(一): 被执行人为党委、人大、政府、政协、军事机关、司法机关.

    Examples
    --------
    >>> read_organ("锦州市松山新区国有土地上房屋征收办公室")
    OrganReading(organ='government', reason='office_by_task', doubt='agency')
    >>> read_organ("泰安市政协宾馆")
    OrganReading(organ=None, reason='ending_no_organ', doubt=None)
    """
    if not isinstance(name, str):
        return OrganReading(None, "no_name")
    return _read(name, parameters_folder())


def read_organs(names: Iterable[str]) -> dict[str, OrganReading]:
    """Read many names; the words are looked up once.

    Examples
    --------
    >>> [r.organ for r in read_organs(["新泰市新汶街道办事处", "泰山学院"]).values()]
    ['government', None]
    """
    folder = parameters_folder()
    return {name: _read(name, folder) for name in names if isinstance(name, str)}


def debtor_organ(name: str) -> Organ | None:
    """Return which of the six kinds of organ a party's name shows, or None.

    A name is read, not a keyword looked for: village committees, companies, schools, hospitals
    and publishers are none, whatever organ's name they carry. Police count as government, courts
    and procuracies as judicial.

    Parameters
    ----------
    name : the name of a party

    References
    ----------
    泰中法办〔2016〕35号, 一(一); law.md §14.

    Examples
    --------
    >>> debtor_organ("泰安市公安局交通警察支队")
    'government'
    >>> debtor_organ("岱岳区人民法院执行局")
    'judicial'
    >>> debtor_organ("泰安市岱岳区满庄镇南留村民委员会") is None
    True
    """
    return read_organ(name).organ
