"""The days and lengths of time that a text names: absolute, counted from its own day, lasting.

Takes a folded text and the day it was received; gives each mention with the first and last day
it can mean. What cannot be placed without that day stays without days.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from audit_lib.petitions.amounts import read_number
from audit_lib.petitions.folding import Folded, fold_text

__all__ = ["DateMention", "find_dates"]

_CN = "零〇一二两俩三仨四五六七八九十"
_YEAR = r"(?P<year>(?:19|20)\d\d|[一二][零〇九][零〇一二三四五六七八九]{2}|\d\d)"
_MONTH = rf"(?P<month>1[0-2]|0?[1-9]|[{_CN}]{{1,2}})"
_DAY = rf"(?P<day>[0-3]?\d|[{_CN}]{{1,3}})"
_ABSOLUTE = re.compile(
    rf"(?<!\d){_YEAR}年(?:{_MONTH}月(?:份)?(?:{_DAY}[日号])?)?(?P<part>初|底|末|年底|年初)?"
)
_NUMERIC = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?(?![\d.])"
)
_RELATIVE = re.compile(
    rf"(?P<back>大前年|前年|去年|今年|上年|本年)(?:{_MONTH}月(?:份)?(?:{_DAY}[日号])?|(?P<part>年初|年底|年末|初|底|末|腊月|春节|过年|年中))?"
)
_NEAR = re.compile(
    r"(?P<near>上上个?月|上个?月|这个月|本月|前天|昨天|今天|上周|上个?星期)(?:(?P<day>[0-3]?\d)[日号])?"
)
_BARE = re.compile(
    rf"(?<![\d年一二三四五六七八九十]){_MONTH}月(?:份)?(?P<day>[0-3]?\d|[{_CN}]{{1,3}})[日号]"
)
_LENGTH = re.compile(
    rf"(?P<eve>将近|快要|快|近|整整|足足|已|都|超过|长达)?"
    rf"(?:(?P<half>半年)|(?P<long>好几年|好多年|多年|数年|几年|十几年|几十年|好几个月|好多个月|数月|几个月)"
    rf"|(?P<n>\d{{1,3}}|[{_CN}]{{1,3}})(?P<plus>多|余|来|几)?(?P<month>个)?(?P<half2>半)?(?P<unit>年|月|天|日|周|星期|个星期|礼拜)"
    rf"(?P<tail>半|多|零(?:\d{{1,2}}|[{_CN}]{{1,2}})个?月)?)(?P<more>多|余)?"
)
_UNIT = {"年": 365, "月": 30, "天": 1, "日": 1, "周": 7, "星期": 7, "个星期": 7, "礼拜": 7}
_VAGUE = {
    "好几年": (730, 3650), "好多年": (1095, 7300), "多年": (730, 7300), "数年": (730, 3650),
    "几年": (730, 3650), "十几年": (3650, 7300), "几十年": (7300, 25000), "好几个月": (60, 300),
    "好多个月": (90, 360), "数月": (60, 300), "几个月": (60, 300),
}  # fmt: skip


@dataclass(frozen=True)
class DateMention:
    """A time that a text names.

    ``kind`` is day, month, year or length; ``first`` and ``last`` bound the days meant (missing
    where they cannot be placed); ``least`` and ``most`` are days, for a length.
    """

    kind: str
    first: date | None
    last: date | None
    least: int | None
    most: int | None
    quote: str
    start: int
    end: int


def find_dates(text: str | Folded, received_on: date | None = None) -> list[DateMention]:
    """Find the days, months, years and lengths of time in a text.

    Parameters
    ----------
    text : str or Folded
    received_on : date, optional
        The day from which 去年 or 上个月 are counted; without it they have no days.

    Examples
    --------
    >>> day = date(2016, 12, 28)
    >>> for d in find_dates("2015年3月6日申请，去年9月查封，拖了一年零两个月", day):
    ...     print(d.kind, d.first, d.last, d.least)
    day 2015-03-06 2015-03-06 None
    month 2015-09-01 2015-09-30 None
    length None None 425
    """
    folded = fold_text(text) if isinstance(text, str) else text
    body = folded.text
    found: list[DateMention] = []
    taken = [False] * len(body)

    def add(match, kind, first, last, least=None, most=None):
        start, end = match.span()
        if any(taken[start:end]):
            return
        taken[start:end] = [True] * (end - start)
        quote = folded.quote(start, end)
        found.append(DateMention(kind, first, last, least, most, quote, start, end))

    for pattern in (_NUMERIC, _ABSOLUTE):
        for match in pattern.finditer(body):
            year = _year(match["year"])
            bare = pattern is _ABSOLUTE and len(match["year"]) == 2
            # 15年 alone is a length unless a month or 从…年 makes it a year
            if bare and not match["month"] and not _year_like(body, match):
                continue
            if year is not None:
                _add_calendar(add, match, year)
    for match in _RELATIVE.finditer(body):
        back = {"今年": 0, "本年": 0, "去年": 1, "上年": 1, "前年": 2, "大前年": 3}[match["back"]]
        if received_on is None:
            add(match, "month" if match["month"] else "year", None, None)
        else:
            _add_calendar(add, match, received_on.year - back)
    for match in _NEAR.finditer(body):
        _add_near(add, match, received_on)
    for match in _BARE.finditer(body):
        if received_on is None:
            add(match, "day", None, None)
            continue
        month, day = _small(match["month"]), _small(match["day"])
        guess = _day(received_on.year, month, day)
        if guess and guess > received_on:
            guess = _day(received_on.year - 1, month, day)
        if guess:
            add(match, "day", guess, guess)
    for match in _LENGTH.finditer(body):
        _add_length(add, match, body)
    return sorted(found, key=lambda d: d.start)


def _year_like(body, match) -> bool:
    before, after = body[max(0, match.start() - 2) : match.start()], body[match.end() :][:3]
    if len(match["year"]) != 2 or match["year"] > "35":
        return False
    return before.endswith(("从", "自", "在", "我", "于")) and not after.startswith(
        ("多", "了", "来")
    )


def _year(written) -> int | None:
    digits = "".join(
        str(dict(zip("零〇一二三四五六七八九", "00123456789", strict=True)).get(c, c))
        for c in written
    )
    year = int(digits)
    if len(digits) == 2:
        year += 2000 if year < 60 else 1900
    return year if 1949 <= year <= 2100 else None


def _small(written) -> int | None:
    if written is None:
        return None
    span = read_number(written)
    return int(span[0]) if span else None


def _day(year, month, day) -> date | None:
    if not month or not day or not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _add_calendar(add, match, year):
    groups = match.groupdict()
    month, day = _small(groups.get("month")), _small(groups.get("day"))
    part = groups.get("part") or ""
    if month and not 1 <= month <= 12:
        return
    if month and day:
        when = _day(year, month, day)
        if when:
            add(match, "day", when, when)
        return
    if month:
        last = monthrange(year, month)[1]
        add(match, "month", date(year, month, 1), date(year, month, last))
        return
    if part in ("底", "末", "年底", "年末", "腊月"):
        add(
            match,
            "month",
            date(year, 11, 1),
            date(
                year + (part == "腊月"), 2 if part == "腊月" else 12, 28 if part == "腊月" else 31
            ),
        )
    elif part in ("初", "年初", "春节", "过年"):
        add(match, "month", date(year, 1, 1), date(year, 3, 31))
    else:
        add(match, "year", date(year, 1, 1), date(year, 12, 31))


def _add_near(add, match, received_on):
    near = match["near"]
    if received_on is None:
        add(match, "day" if near in ("今天", "昨天", "前天") else "month", None, None)
        return
    if near in ("今天", "昨天", "前天"):
        when = received_on - timedelta(days=["今天", "昨天", "前天"].index(near))
        add(match, "day", when, when)
    elif "周" in near or "星期" in near:
        monday = received_on - timedelta(days=received_on.weekday() + 7)
        add(match, "day", monday, monday + timedelta(days=6))
    else:
        back = 0 if near in ("这个月", "本月") else 2 if near.startswith("上上") else 1
        months = received_on.year * 12 + received_on.month - 1 - back
        year, month = divmod(months, 12)
        when = _day(year, month + 1, _small(match["day"])) if match["day"] else None
        last = date(year, month + 1, monthrange(year, month + 1)[1])
        add(match, "day" if when else "month", when or date(year, month + 1, 1), when or last)


def _add_length(add, match, body):
    if match["half"]:
        least, most = 180, 180
    elif match["long"]:
        least, most = _VAGUE[match["long"]]
    else:
        unit = match["unit"]
        number = _small(match["n"])
        if not number or (unit == "月" and not match["month"]) or unit == "日":
            return
        if number > 100 and unit == "年":
            return
        size = _UNIT[unit]
        after = body[match.end() : match.end() + 2]
        if unit == "年" and after.startswith(("级", "代", "前的", "度")):
            return
        least = most = number * size
        if match["plus"] == "几":
            most = least + 9 * size
        elif match["plus"]:
            most = least + max(size, least // 2)
        if match["half2"] or match["tail"] == "半":
            least = most = least + size // 2
        elif match["tail"] == "多":
            most = least + size
        elif match["tail"]:
            extra = _small(re.sub("[零个月]", "", match["tail"])) or 0
            least = most = least + 30 * extra
    if match["more"]:
        most = max(most, least + max(30, least // 2))
    if match["eve"] in ("快", "快要", "将近", "近"):
        least, most = int(least * 0.8), max(most, least)
    add(match, "length", None, None, int(least), int(most))
