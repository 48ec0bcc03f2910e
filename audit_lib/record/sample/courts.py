"""The courts of an invented record, their handlers, and the cases of each, told one by one.

The draws of a court depend on the seed, the court's code and the case's place in it alone: more
courts or more cases elsewhere change nothing. Reads ``parameters/sample.yaml``.
"""

from bisect import bisect
from datetime import date
from itertools import accumulate, chain
from zlib import crc32

import numpy as np

from audit_lib.record.sample.faults import BACKLOG_FAULTS, LATER_FAULTS
from audit_lib.record.sample.opening import begin, look_into
from audit_lib.record.sample.paths import ENDINGS
from audit_lib.record.sample.remedies import run_review
from audit_lib.record.sample.story import END, Story, day_number
from audit_lib.record.sample.words import CourtWords, SampleWords
from audit_lib.record.sample.workdays import workday

__all__ = ["BASE_DAY", "CAMPAIGN", "Court", "build_courts", "draws", "number_cases", "tell_court"]

#: The day of the backlog: cases asked for stand in the record on it.
BASE_DAY = day_number(2016, 12, 28)
#: The day of the notice.
CAMPAIGN = day_number(2016, 12, 9)
_BLOCK, _WIDTH = 256, 128
_HARSH = (1.0, 0.2, 3.0, 0.5, 1.0, 1.6, 0.1)


class Court:
    """One court: who it is, who works there, how it goes about the campaign."""

    def __init__(self, words: SampleWords, spec: CourtWords, place: int, seed: int):
        self.code, self.name, self.level = spec.code, spec.name, spec.level
        self.parent, self.short, self.area = spec.parent, spec.short, spec.area
        self.habit_name = spec.habit
        self.habit = words.habits[spec.habit]
        self.place = place
        self.key = crc32(spec.code.encode())
        self.seed = seed
        # What numbers of petitions and assets begin with: of other provinces their sign too.
        self.stem = spec.code.removeprefix("鲁")

    def handlers(self, words: SampleWords, cases: int) -> list[tuple[str, str, float]]:
        """Return (name, team, how readily a case is let lie) of each handler."""
        u = draws(self, 1, 0)
        count = max(3, min(40, round(cases / 45)))
        found = []
        for n in range(count):
            name = words.surnames[int(u() * 70)] + words.given[int(u() * len(words.given))]
            share = min(0.6, self.habit.passive * _HARSH[n % len(_HARSH)] * (0.8 + 0.4 * u()))
            found.append((name, words.teams[n // 4 % len(words.teams)], share))
        return found


def draws(court: Court, stream: int, block: int, row: int = 0, width: int = 512):
    """Return a function giving the uniform draws of one place, endlessly."""

    def batches():
        for turn in range(1_000_000):
            key = [court.seed, court.key, stream, block, row, turn]
            yield np.random.default_rng(np.random.SeedSequence(key)).random(width).tolist()

    return chain.from_iterable(batches()).__next__


def _case_draws(court: Court, count: int):
    """Yield the draw function of each case in turn; a block of cases is drawn at once."""
    for start in range(0, count, _BLOCK):
        key = [court.seed, court.key, 0, start // _BLOCK]
        rows = np.random.default_rng(np.random.SeedSequence(key)).random((_BLOCK, _WIDTH))
        for n, row in enumerate(rows[: count - start].tolist()):
            more = _more(court, start + n)
            yield chain(row, more).__next__


def _more(court, index):
    """Yield further draws of a case whose own row is used up."""
    turn = 0
    while True:
        key = [court.seed, court.key, 2, index, turn]
        yield from np.random.default_rng(np.random.SeedSequence(key)).random(256).tolist()
        turn += 1


def build_courts(words: SampleWords, count: int, seed: int) -> list[Court]:
    """Return the first `count` courts: the sample area, then invented prefectures."""
    specs = list(words.courts)
    plan = words.further_courts
    number = 0
    habits = sorted(words.habits)
    while len(specs) < count:
        province = plan.provinces[number % len(plan.provinces)]
        city_no = number // len(plan.provinces) + 1
        if city_no > 90:
            break
        a = plan.first[number % len(plan.first)]
        b = plan.second[number // len(plan.first) % len(plan.second)]
        city = f"{province}{a}{b}"
        code = f"{province}{city_no:02d}"
        for n in range(plan.per_prefecture - 1):
            place = "".join((
                plan.first[(number + 3 * n + 1) % len(plan.first)],
                plan.second[(number + 5 * n + 2) % len(plan.second)], plan.county,
            ))  # fmt: skip
            specs.append(CourtWords(
                code=f"{code}{21 + n:02d}", level="basic",
                name=plan.basic_court.format(city=city, place=place),
                # Of counties of one name each has its own old-style numbers, as it has its code.
                parent=code, short=city + place[:-1], area=plan.area.format(city=city, place=place),
                habit=habits[(number + n) % len(habits)],
            ))  # fmt: skip
        specs.append(CourtWords(
            code=code, name=plan.intermediate_court.format(city=city),
            level="intermediate", parent=province,
            short=city, area=plan.area.format(city=city, place=""), habit="clears",
        ))  # fmt: skip
        number += 1
    return [Court(words, spec, place, seed) for place, spec in enumerate(specs[:count])]


class _Lots:
    """Weighted draws from a mapping."""

    def __init__(self, weights):
        self.items = list(weights)
        self.sums = list(accumulate(weights.values()))

    def draw(self, u):
        return self.items[min(bisect(self.sums, u * self.sums[-1]), len(self.items) - 1)]


def _filing_day(year: int, u: float) -> int:
    start = date(year, 1, 4).toordinal()
    end = BASE_DAY - 6 if year == 2016 else date(year, 12, 20).toordinal()
    return workday(start + int(u * (end - start)))


def tell_court(words: SampleWords, court: Court, backlog: int, until: int) -> list[Story]:
    """Tell the stories of a court's cases that are filed up to a day.

    `backlog` cases stand in the record on the base day; then new ones come month by month.
    Returns the cases with those that hang on them (执恢, 执异, 执复).
    """
    handlers = court.handlers(words, backlog)
    rate = max(1, round(backlog * words.new_cases_a_month * 12) / 12)
    months = max(0, (until - BASE_DAY) // 30 + 1) if until > BASE_DAY else 0
    count = backlog + int(rate * min(months, 12))
    lots = _Telling(words)
    told = []
    for index, u in enumerate(_case_draws(court, count)):
        applied = None
        if index >= backlog:
            applied = workday(BASE_DAY + 1 + int((index - backlog + 0.5 * u()) * 30.4 / rate))
        elif court.level != "basic" and index % 3:
            told.append(_review(words, court, lots, handlers, index, u))
            continue
        story = _tell(words, lots, court, handlers, index, u, applied)
        told.append(story)
        told.extend(child for child in story.children)
        for child in story.children:
            told.extend(child.children)
    return told


class _Telling:
    """Weighted lots that every case draws from."""

    def __init__(self, words):
        self.years = _Lots(words.filed)
        self.causes = _Lots({n: cause.weight for n, cause in enumerate(words.causes)})
        self.endings = _Lots(words.endings)


def _person(words, u):
    return (
        words.surnames[int(u() ** 1.6 * len(words.surnames))]
        + words.given[int(u() * len(words.given))]
    )


def _company(words, u, area):
    return (
        area.removeprefix(words.company_area_without)
        + words.company_words[int(u() * len(words.company_words))]
        + words.company_trades[int(u() * len(words.company_trades))]
        + words.company_forms[int(u() * len(words.company_forms))]
    )


def _fill(pattern, words, u, area):
    return pattern.format(area=area, village=words.villages[int(u() * len(words.villages))])


def _tell(words, lots, court, handlers, index, u, applied):
    s = Story(u, court.code, index)
    later = applied is not None
    name, team, share = handlers[int(u() * len(handlers))]
    s.handler, s.team, s.area = name, team, court.area
    s.reviewer = handlers[(index + 1) % len(handlers)][0]
    s.asset_stem = f"财{court.stem}-{index + 1:05d}"
    s.words = words
    path, fault = _plan(words, lots, court, index, u, applied, share)
    s.fault = fault.name if fault else None
    if applied is None:
        if fault:
            applied = workday(fault.first + int(u() * (fault.last - fault.first)))
        elif path == "passive":
            applied = workday(day_number(2014, 3, 1) + int(u() ** 0.6 * 930))
        elif path in ("suspended", "coordinated"):
            applied = workday(day_number(2014, 3, 1) + int(u() ** 0.6 * 970))
        else:
            applied = _filing_day(lots.years.draw(u()), u())
    s.applied = s.filed = applied
    _people(words, lots, court, s, path)
    _title(s, u)
    if fault and fault.name == "case_number_format":
        s.keep_old_style = True
        s.plant("case_number_format", applied + 5, "old style after 2016-01-01")
    if path == "preserve":
        s.kind = "执保"
        s.handler_day = s.filed
        s.add(s.filed, "handler_assigned")
        ENDINGS[path](s, s.filed)
        return s
    if path == "passive":
        s.passive_kind = "parked" if u() < 0.65 else "sleeping"
        woken = (s.livelihood or s.organ or u() < 0.35) and u() < court.habit.wakes
        if woken:
            s.wakes = CAMPAIGN + 8 + int(u() * 110)
    s.barren = path in ("no_property", "announced", "behind", "laboured")
    t = begin(s)
    quiet = ("passive", "legacy", "burst", "withdrawn", "otherwise", "lost", "in_kind")
    if path not in quiet and s.fault != "statutory_passive_conduct":
        if path not in ("sold", "extended", "non_litigation", "false_end") or s.fault:
            t = look_into(s, t)
    if path == "no_property" and fault and fault.first >= day_number(2016, 7, 1) and not later:
        ruled = workday(day_number(2016, 12, 1) + int(u() * 9))
        ENDINGS[path](s, t, ruled)
    else:
        ENDINGS[path](s, t)
    if fault and fault.name == "execute_ineffective_title":
        _act_before_title(s)
    return s


def _title(s, u):
    """Give the case its title, some time before the application."""
    year = date.fromordinal(s.applied).year
    number = int(u() * 4000) + 1
    old = s.applied < day_number(2016, 1, 1)
    s.basis = f"（{year}）民初字第{number}号" if old else f"（{year}）{s.court_code}民初{number}号"
    s.basis_day = s.applied - 20 - int(u() * 300)


def _act_before_title(s):
    """Let the title take effect only after the first measure."""
    seized = ("deposit_frozen", "immovable_seized", "movable_seized")
    first = max(min(e[0] for e in s.events if e[1] in seized), day_number(2016, 10, 1))
    s.basis_day = first + 12
    s.plant("execute_ineffective_title", first, "measure before the title took effect")


def _plan(words, lots, court, index, u, applied, share):
    """Choose the path of a case, and its planted fault."""
    every = words.fault_every
    number = index // every
    if index % every == 2 and court.level == "basic":
        if applied is None:
            fault = BACKLOG_FAULTS[(number + court.place * 31) % len(BACKLOG_FAULTS)]
            return fault.path, fault
        for step in range(len(LATER_FAULTS)):
            fault = LATER_FAULTS[(number + court.place * 5 + step) % len(LATER_FAULTS)]
            if fault.first <= applied <= fault.last:
                return fault.path, fault
    if u() < share:
        return ("passive", None) if u() < 0.92 or applied is not None else ("false_end", None)
    if u() < 0.05:
        return ("objected" if u() < 0.6 else "outsider"), None
    path = lots.endings.draw(u())
    return path, None


def _people(words, lots, court, s, path):
    """Give a case its cause, claim and parties."""
    u = s.u
    cause = words.causes[lots.causes.draw(u())]
    s.cause, s.livelihood = cause.name, cause.livelihood
    if path == "conduct":
        s.conduct, s.cause, s.livelihood = True, s.pick(words.conduct_causes), False
    if path == "non_litigation":
        s.non_litigation, s.cause, s.livelihood = True, s.pick(words.non_litigation_causes), False
    s.claim = round(cause.from_ * (cause.to / cause.from_) ** u(), 2)
    if s.non_litigation:
        s.creditor, s.creditor_kind = words.land_office.format(area=court.area), "organ"
    elif cause.bank:
        s.creditor, s.creditor_kind = s.pick(words.banks).format(area=court.area), "legal_person"
    elif s.livelihood or u() < 0.7:
        s.creditor, s.creditor_kind = _person(words, u), "natural_person"
    else:
        s.creditor, s.creditor_kind = _company(words, u, court.area), "legal_person"
    draw = u()
    private = cause.family or s.fault == "fine_limits"
    organs = 0.16 if path in ("passive", "settled") else 0.045
    if draw < organs and not private and path not in _NOT_ORGANS:
        s.organ = True
        s.debtors.append((_fill(s.pick(words.organs).name, words, u, court.area), "organ"))
    elif draw < organs + 0.04 and not private:
        s.debtors.append((_fill(s.pick(words.lookalikes), words, u, court.area), "legal_person"))
    elif draw < 0.38 and not private:
        s.debtors.append((_company(words, u, court.area), "legal_person"))
    else:
        s.debtors.append((_person(words, u), "natural_person"))
    if u() < 0.18 and not s.organ and s.fault != "exec_notice_after_urgent_measure_3d":
        s.debtors.append((_person(words, u), "natural_person"))
    s.others.append(["outsider", _person(words, u), "natural_person", u(), END])


_NOT_ORGANS = ("conduct", "in_kind", "lost", "no_property", "garnished")


def _review(words, court, lots, handlers, index, u):
    """Tell one review case that an intermediate court has of its own."""
    s = Story(u, court.code, index, "执监")
    s.handler, s.team, _share = handlers[int(u() * len(handlers))]
    s.area = court.area
    s.applied = s.filed = _filing_day(lots.years.draw(u()), u())
    s.cause = words.causes[lots.causes.draw(u())].name
    s.claim = None
    s.basis = s.basis_day = None
    s.creditor, s.creditor_kind = _person(words, u), "natural_person"
    s.words = words
    run_review(s)
    return s


def number_cases(court: Court, stories: list[Story]) -> None:
    """Give every case its number: old style before 2016, new style from then on."""
    serials: dict[tuple, int] = {}
    for s in sorted(stories, key=lambda s: (s.filed, s.index)):
        year = date.fromordinal(s.filed).year
        old = year < 2016
        key = (year, s.kind, s.keep_old_style)
        serials[key] = serial = serials.get(key, 0) + 1
        if old or s.keep_old_style:
            s.number = (
                f"（{year}）{court.short}{s.kind}字第{serial + (9000 if s.keep_old_style else 0)}号"
            )
        else:
            s.number = f"（{year}）{court.code}{s.kind}{serial}号"
