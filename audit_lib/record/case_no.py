"""Case numbers as people write them, and the one form in which they are compared.

Takes text, gives :class:`CaseNo`; reads the vocabulary in ``parameters/record.yaml``
(``case_numbers``). A number with a numeric court code is of the new style of 法〔2015〕137号 and is
brought to its canonical form; an older number keeps its own form, with brackets, spaces and
widths unified.
"""

import os
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from audit_lib.errors import AuditError, say
from audit_lib.record.tables import load_record_parameters

__all__ = ["BadCaseNo", "CaseNo", "find_case_no_spans", "find_case_nos", "parse_case_no"]

_HAN = "\u3400-\u9fff〇"
_BRACKETS = dict.fromkeys("([{【〔［（｛〖〈《「<＜﹝﹙", "(") | dict.fromkeys(
    ")]}】〕］）｝〗〉》」>＞﹞﹚", ")"
)
_CHINESE_DIGITS = {c: d for d, group in enumerate(["〇零", "一壹", "二贰", "三叁", "四肆", "五伍",
                                                    "六陆", "七柒", "八捌", "九玖"])
                   for c in group}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10000}
_FIRST_YEAR, _LAST_YEAR = 1949, 2099
_LONGEST_RANGE = 60


class BadCaseNo(AuditError):
    """A text is not one complete case number."""

    @classmethod
    def from_text(cls, text, why):
        """Show the text and say what it lacks."""
        shown = text if len(text) <= 60 else text[:57] + "…"
        return cls(
            say("bad_case_no", "`{text}` is not a case number: {why} Expected a form like "
                "（2016）鲁0902执123号.", text=shown, why=why)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseNo:
    """One case number; two spellings of the same number are equal.

    Attributes
    ----------
    year : int
        The year of filing that the number names.
    court_code : str
        Of a new-style number ``鲁0902``, ``鲁`` or ``最高法``; of an old-style number ``""``,
        because its short name of the court is not unique.
    kind : str
        Type of case, ``执``, ``执恢``, ``执异``, ``民初`` …
    serial : int
        The running number.
    old_style : bool
        True where the number is older than 法〔2015〕137号, in form.
    """

    year: int
    court_code: str
    kind: str
    serial: int
    old_style: bool
    written: str = field(default="", repr=False)

    def __str__(self) -> str:
        return self.written or f"（{self.year}）{self.court_code}{self.kind}{self.serial}号"


@dataclass(frozen=True)
class _Grammar:
    """The compiled patterns, and what they need to know."""

    read_as: dict[str, str]
    provinces: frozenset[str]
    places: dict[str, str]
    kinds: frozenset[str]
    plain: re.Pattern
    new: re.Pattern
    new_high: re.Pattern
    trailing_year: re.Pattern
    old: re.Pattern
    more: re.Pattern
    until: re.Pattern


def _grammar() -> _Grammar:
    # Asked for every number; finding the folder of the parameters each time costs more than
    # reading the number does.
    return _compile(os.environ.get("AUDIT_PARAMETERS"))


@lru_cache(maxsize=2)
def _compile(_folder) -> _Grammar:
    words = load_record_parameters().case_numbers
    provinces = "".join(words.provinces)
    places = "|".join(sorted(map(re.escape, words.province_of_place), key=len, reverse=True))
    starts = "|".join(sorted(map(re.escape, words.starts), key=len, reverse=True))
    supreme = "|".join(map(re.escape, words.supreme))
    no_list = "|".join(map(re.escape, words.not_after_list))
    digits = r"(?:\d\s*){4}|(?:[〇零一二三四五六七八九]\s*){4}"
    # The opening bracket may be lost, the closing one too, and 年 may stand for both.
    year = rf"(?<!\d)(?:\(\s*)?(?P<year>{digits})\s*年?\s*(?:\)\s*)?年?\s*[-_]?\s*"
    code = rf"(?P<place>[{provinces}]|{places})\s*法?\s*(?P<code>\d\s*\d(?:\s*\d\s*\d)?)(?!\d)"
    # A kind is at most eight characters; spaces may stand between them.
    kind = rf"(?P<kind>(?:{starts})(?:\s*[{_HAN}])*?)"
    serial = r"(?P<serial>\d+|[〇零一二三四五六七八九十百千]+(?=\s*号))"
    tail = r"(?P<sub>\s*[-_之]\s*\d{1,2}(?=\s*号))?(?P<end>\s*号)?"
    body = rf"\s*[-_]?\s*{kind}\s*(?P<word>字)?\s*第?\s*[-_]?\s*{serial}{tail}"
    return _Grammar(
        read_as=words.read_as,
        provinces=frozenset(words.provinces),
        places=words.province_of_place,
        kinds=frozenset(words.kinds),
        # Most of a record is well written: this alone reads it.
        plain=re.compile(
            rf"[（(](\d{{4}})[）)]([{provinces}]\d\d(?:\d\d)?|[{provinces}]|{supreme})"
            rf"({'|'.join(map(re.escape, words.kinds))})([1-9]\d{{0,8}})号"
        ),
        new=re.compile(year + code + body),
        new_high=re.compile(rf"{year}(?P<high>{supreme}|[{provinces}]){body}"),
        trailing_year=re.compile(
            rf"(?<![\d{_HAN}])(?:案号)?{code}{body}\s*\(\s*(?P<year>{digits})\s*年?\s*\)"
        ),
        old=re.compile(
            rf"{year}(?P<body>[{_HAN}](?:\s*[{_HAN}]){{0,13}}?)\s*"
            rf"(?P<word>字\s*第?|第)\s*"
            rf"(?P<serial>\d+)(?P<sub>\s*[-_]\s*\d{{1,3}})?(?P<end>\s*号)?"
        ),
        more=re.compile(
            rf"\s*(?:[、,;/]|及|和|与)\s*第?\s*(?P<serial>\d+)(?P<end>\s*号)?"
            rf"(?!\s*(?:{no_list}|\d|年|月|日|元|万))"
        ),
        # 123至125号; a hyphen before one or two digits is a part of the number instead (12-1号).
        until=re.compile(r"\s*(?:号\s*)?(?:至|到|~|-(?=\s*\d{3}))\s*第?\s*(?P<last>\d+)\s*号"),
    )


def _normalise(text: str, read_as: dict[str, str]) -> tuple[str, list[int]]:
    """Unify widths, brackets and variants; return the text and each character's old place."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in _BRACKETS:
            plain = _BRACKETS[character]
        elif unicodedata.category(character) == "Cf":
            continue
        elif character in "－—–―−‐‑":
            plain = "-"
        elif character in "，﹐":
            plain = ","
        else:
            plain = read_as.get(character) or unicodedata.normalize("NFKC", character)
            plain = "".join(_BRACKETS.get(c, read_as.get(c, c)) for c in plain)
        characters.extend(plain)
        places.extend([place] * len(plain))
    places.append(len(text))
    return "".join(characters), places


def _number(text: str) -> int:
    """Read digits, ``一二三`` or ``一百二十三`` as a whole number."""
    text = re.sub(r"\s", "", text)
    if text.isdigit():
        return int(text)
    if not any(c in _UNITS for c in text):
        return int("".join(str(_CHINESE_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for character in text:
        if character in _UNITS:
            total += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            digit = _CHINESE_DIGITS[character]
    return total + digit


def _compact(text: str | None) -> str:
    return re.sub(r"\s", "", text or "")


def _old_kind(body: str, grammar: _Grammar) -> str:
    """Return the type of case that an old-style number ends in, as far as it can be told."""
    known = [body[i:] for i in range(len(body)) if body[i:] in grammar.kinds]
    if known:
        return known[0]
    found = re.search(r"[执民刑行商经知赔]", body)
    return body[found.start() :] if found else ""


def _from_match(match: re.Match, grammar: _Grammar, running: bool) -> CaseNo | None:
    """Build the number of one match, or None where it only looks like one."""
    groups = match.groupdict()
    year, serial = _number(groups["year"]), _number(groups["serial"])
    if not _FIRST_YEAR <= year <= _LAST_YEAR or not 0 < serial < 10**9:
        return None
    if groups.get("body") is not None:
        return _old(groups, year, serial, grammar)
    kind = _compact(groups["kind"])
    if not kind or len(kind) > 8 or re.search(r"[号第字年月日]", kind):
        return None
    if "code" in groups:
        place = groups["place"]
        code = grammar.places.get(place, place) + _compact(groups["code"])
        if kind not in grammar.kinds and running and not groups["end"]:
            return None
        return CaseNo(year, code, kind, serial, False)
    if groups["word"] or (kind not in grammar.kinds and (running or len(kind) > 4)):
        return None
    if running and not groups["end"]:
        return None
    return CaseNo(year, groups["high"], kind, serial, False)


def _old(groups, year, serial, grammar) -> CaseNo | None:
    body = _compact(groups["body"])
    if re.search(r"[号年月日]", body) or (body.endswith("字") and len(body) == 1):
        return None
    kind = _old_kind(body, grammar)
    if not kind:
        return None
    word = _compact(groups["word"])
    digits, sub = _compact(groups["serial"]), _compact(groups["sub"]).replace("_", "-")
    return CaseNo(year, "", kind, serial, True, f"（{year}）{body}{word}{digits}{sub}号")


def _again(first: CaseNo, digits: str) -> CaseNo:
    """Return the number that shares everything but its serial with `first`."""
    if not first.old_style:
        return CaseNo(first.year, first.court_code, first.kind, int(digits), False)
    head = re.sub(r"[\d-]+号$", "", first.written)
    return CaseNo(first.year, "", first.kind, int(digits), True, f"{head}{digits}号")


def _scan(text: str, running: bool) -> list[tuple[int, int, CaseNo]]:
    """Return every number in normalised `text` with its place there."""
    grammar = _grammar()
    found: list[tuple[int, int, CaseNo]] = []
    taken: list[tuple[int, int]] = []
    for pattern in (grammar.new, grammar.trailing_year, grammar.new_high, grammar.old):
        position = 0
        while match := pattern.search(text, position):
            start, end = match.span()
            position = start + 1
            if any(start < b and a < end for a, b in taken):
                continue
            # Where 号 is missing the digits must end the word: 执123元 is money.
            if not match["end"] and pattern is not grammar.trailing_year and _goes_on(text, end):
                continue
            number = _from_match(match, grammar, running)
            if number is None:
                continue
            position = end
            found.append((start, end, number))
            end = _read_list(text, end, number, grammar, found)
            taken.append((start, end))
            position = end
    return sorted(found, key=lambda item: item[0])


def _goes_on(text: str, end: int) -> bool:
    rest = text[end:].lstrip()
    return bool(rest) and (
        rest[0].isdigit() or rest[0] in ".元万件人年月日天个次户笔%" or rest.startswith("余")
    ) and not rest.startswith("之")  # fmt: skip


def _read_list(text, end, first, grammar, found) -> int:
    """Read ``、3113号`` or ``至3115号`` after a number; a list without any 号 is not read."""
    pending: list[tuple[int, int, CaseNo]] = []
    position, closed = end, end
    through = grammar.until.match(text, end)
    if through and first.serial < int(through["last"]) <= first.serial + _LONGEST_RANGE:
        place = (through.start("last"), through.end())
        numbers = range(first.serial + 1, int(through["last"]) + 1)
        found.extend((*place, _again(first, str(n))) for n in numbers)
        position = closed = through.end()
    while more := grammar.more.match(text, position):
        digits = more["serial"]
        if int(digits) == 0 or len(digits) > 9 or re.match(r"\s*年?\s*\)", text[more.end() :]):
            break
        pending.append((more.start("serial"), more.end(), _again(first, digits)))
        position = more.end()
        if more["end"]:
            found.extend(pending)
            pending.clear()
            closed = position
    return closed


def find_case_no_spans(text: str) -> list[tuple[int, int, CaseNo]]:
    """Return the case numbers in a running text with the places where they stand.

    Returns
    -------
    list of (start, end, CaseNo)
        In the order of the text; ``text[start:end]`` is the number as written. In
        ``3112、3113号`` the second number spans ``3113号``.

    Examples
    --------
    >>> text = "我的案子(2016)鲁0902执 3112、3113号一直没动静"
    >>> [(text[a:b], str(number)) for a, b, number in find_case_no_spans(text)]
    [('(2016)鲁0902执 3112', '（2016）鲁0902执3112号'), ('3113号', '（2016）鲁0902执3113号')]
    """
    if not isinstance(text, str) or not text:
        return []
    plain, places = _normalise(text, _grammar().read_as)
    return [(places[a], places[b - 1] + 1, number) for a, b, number in _scan(plain, True)]


def find_case_nos(text: str) -> list[CaseNo]:
    """Return the case numbers in a running text, in order, each once.

    Examples
    --------
    >>> [str(n) for n in find_case_nos("判决书(2015)泰山民初字第99号，〔2016〕鲁0902执恢7号之一")]
    ['（2015）泰山民初字第99号', '（2016）鲁0902执恢7号']
    """
    return list(dict.fromkeys(number for _, _, number in find_case_no_spans(text)))


def parse_case_no(text: str) -> CaseNo:
    """Read one case number.

    Parameters
    ----------
    text : str
        The number, with any brackets, widths, spaces or a word such as ``案号：`` before it.

    Raises
    ------
    BadCaseNo
        The text holds no complete case number, or several.

    References
    ----------
    法〔2015〕137号 《关于人民法院案件案号的若干规定》: the form of case numbers from 2016.

    Examples
    --------
    >>> number = parse_case_no("(2016)鲁0902执字第00123号之一")
    >>> str(number), number.court_code, number.kind, number.serial
    ('（2016）鲁0902执123号', '鲁0902', '执', 123)
    >>> str(parse_case_no("(2014) 泰山执字第 88 号"))
    '（2014）泰山执字第88号'
    >>> parse_case_no("1234号执行案件")
    Traceback (most recent call last):
    audit_lib.record.case_no.BadCaseNo: `1234号执行案件` is not a case number: ...
    """
    if not isinstance(text, str):
        raise BadCaseNo.from_text(repr(text), say("case_no_text", "it is no text."))
    found = _grammar().plain.fullmatch(text)
    if found and _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
        return CaseNo(int(found[1]), found[2], found[3], int(found[4]), False)
    plain, _ = _normalise(text, _grammar().read_as)
    found = list(dict.fromkeys(number for _, _, number in _scan(plain, False)))
    if not found:
        why = say("case_no_gap", "year, court, type or running number is missing.")
        raise BadCaseNo.from_text(text, why)
    if len(found) > 1:
        why = say("case_no_several", "it names {count} cases.", count=len(found))
        raise BadCaseNo.from_text(text, why)
    return found[0]
