"""A court area invented from the contract and the law's own words, with its hidden truth.

Written apart from the project's sample generator, so that the order of attention is not judged on
the record that it was built beside. Cases are let lie in eleven ways that a record shows in
different places, and lawful cases are slow in ten; handlers differ in diligence, courts in what
they record. Gives the received tables and, for each case, the spells in which it truly lay idle
although something could have been done. Used by ``order_of_attention.py``; nothing in it is a
measurement of any real court.
"""

import datetime
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["IDLE_DAYS", "make_area", "truth_on"]

FIRST, LAST = datetime.date(2014, 6, 2), datetime.date(2016, 12, 28)
END = (LAST - FIRST).days
#: A case lies idle when it has been let lie for so long.
IDLE_DAYS = 60
#: Among cases that are let lie: in which way.
IDLE_WAYS = {
    "asleep": 14, "parked": 18, "half_hearted": 16, "lapsed": 7, "back_dated": 9,
    "clue_ignored": 9, "money_held": 8, "pause_outlived": 6, "sale_dropped": 7,
    "queries_only": 12, "breach_ignored": 4,
}  # fmt: skip
#: Among lawful cases: how they go on.
LAWFUL_WAYS = {
    "worked": 34, "worked_no_end": 11, "sale_long": 9, "suspended": 9, "announced": 5,
    "instalments": 8, "no_property": 12, "objected": 5, "coordinated": 3, "audited": 2,
    "waiting_rank": 4,
}  # fmt: skip
FORMAL = ("notice_issued", "report_order_issued", "network_query_started", "clues_requested")
WORK = ("onsite_inquiry", "search_executed", "summoned", "debtor_searched_for", "clue_verified")
TELLING = ("creditor_contacted", "law_explained", "clues_requested", "document_published")
COMPLAINTS = (
    "立案很久了，承办人一直没有动静，请上级法院督促。",
    "财产查封以后就放在那里，不评估也不拍卖。",
    "我提供了线索，法院一直不去查，案子没有任何进展。",
)


class Handler:
    """One person: how readily a case is let lie, how fast, and what is never written down."""

    def __init__(self, rng, court, number):
        self.court, self.name = court, f"承办{court[-2:]}{number:02d}"
        self.idle = float(np.clip(rng.beta(0.6, 5.0), 0.01, 0.6))
        self.pace = float(rng.uniform(22, 50))
        self.telling = float(rng.uniform(0.2, 1.6))
        self.dropped = float(rng.choice([0.0, 0.03, 0.08, 0.2]))
        never = rng.random(len(FORMAL)) < rng.choice([0.0, 0.06, 0.35])
        self.never = {code for code, gone in zip(FORMAL, never, strict=True) if gone}
        self.keys_late = float(rng.choice([0.0, 0.05, 0.25]))


class Tale:
    """One case while it is told: its entries and the spells in which it lay idle."""

    def __init__(self, rng, handler, filed, claim):
        self.rng, self.handler, self.filed, self.claim = rng, handler, filed, claim
        self.rows, self.idle, self.assets, self.lawful = [], [], [], False
        self.closed = self.manner = None

    def add(self, day, code, keyed=None, **more):
        """Write an entry, unless its day has not come or this handler leaves such out."""
        if day <= END and code not in self.handler.never:
            self.rows.append({"day": int(day), "event": code, "keyed": keyed} | more)

    def wait(self, low, high):
        """Draw a number of days."""
        return int(self.rng.integers(low, high + 1))

    def start(self):
        """Do what every case begins with; returns the day from which it goes on."""
        day = self.filed + self.wait(1, 4)
        self.add(day, "handler_assigned")
        day += self.wait(1, 8)
        self.add(day, "notice_issued", party="被执行人甲")
        self.add(day, "report_order_issued", party="被执行人甲")
        self.add(day, "network_query_started", party="被执行人甲")
        self.add(day + 3, "network_query_returned", party="被执行人甲", amount=0.0)
        return day + self.wait(4, 15)

    def hold(self, day, kind=None, term=None):
        """Find property and seize it; returns its name."""
        kinds = ["immovable", "immovable", "vehicle", "deposit"]
        kind = kind or str(self.rng.choice(kinds))
        asset = f"资{len(self.rows)}"
        value = round(self.claim * self.rng.uniform(0.4, 1.1), 2)
        self.add(day, "property_found", asset_id=asset, asset_kind=kind, amount=value)
        code, usual = {
            "deposit": ("deposit_frozen", 360),
            "vehicle": ("movable_seized", 725),
            "immovable": ("immovable_seized", 1090),
        }[kind]
        seized = day + self.wait(1, 9)
        self.add(seized, code, asset_id=asset, amount=value, until=seized + (term or usual))
        self.assets.append((asset, kind))
        return asset

    def deal(self, day):
        """Turn what is held into money, or let it go; returns the day after."""
        for asset, kind in self.assets:
            if kind == "deposit":
                self.add(day + 5, "deposit_transferred", asset_id=asset, amount=self.claim / 3)
            elif self.rng.random() < 0.7:
                day = _sell(self, day + self.wait(5, 20), asset, self.wait(0, 1))
                self.add(day + 4, "debt_in_kind", asset_id=asset, amount=self.claim / 2)
            else:
                self.add(day + self.wait(5, 25), "seizure_released", asset_id=asset)
        self.assets = []
        return day + 8

    def work(self, day, until, every=None):
        """Work on a case with real steps until a day; returns the last day of work."""
        every = every or self.handler.pace
        while (day := day + max(5, int(self.rng.gamma(4, every / 4)))) < until:
            code = str(self.rng.choice(WORK))
            if code == "clue_verified":
                self.add(day - 3, "clue_received", party="申请人")
            self.add(day, code, party="被执行人甲")
            self.last = day
        return day

    def tell(self, day, until, rate=1.0):
        """Write what only tells or repeats, as often as this handler does."""
        every = 60 / (self.handler.telling * rate + 0.05)
        while (day := day + max(3, int(self.rng.exponential(every)))) < until:
            if self.rng.random() < 0.4:
                self.add(day, "network_query_started", party="被执行人甲")
                self.add(day + 2, "network_query_returned", party="被执行人甲", amount=0.0)
            else:
                self.add(day, str(self.rng.choice(TELLING)), party="申请人")

    def let_lie(self, start, wake):
        """Note that nothing that could be done was done between two days."""
        self.idle.append((start, wake))

    def close(self, day, manner):
        """Close the case, if that day has come."""
        if day <= END:
            self.closed, self.manner = int(day), manner
            self.rows = [row for row in self.rows if row["day"] <= day]

    def finish(self, day):
        """Take payment and close."""
        self.add(day, "money_received", amount=self.claim)
        self.add(day + 2, "arrival_notified", amount=self.claim)
        self.add(day + self.wait(5, 20), "money_paid", amount=self.claim, party="申请人")
        self.close(day + 25, "completed")


def _sell(tale, day, asset, fails=0):
    """Decide, appraise and auction an asset; returns the day of the last auction."""
    tale.add(day, "sale_decided", asset_id=asset)
    day += tale.wait(4, 9)
    tale.add(day, "appraiser_selected", asset_id=asset)
    day += tale.wait(2, 10)
    tale.add(day, "appraisal_started", asset_id=asset)
    day += tale.wait(25, 80)
    tale.add(day, "appraisal_report_received", asset_id=asset, amount=tale.claim)
    tale.add(day + 2, "appraisal_report_served", asset_id=asset, party="被执行人甲")
    day += tale.wait(14, 30)
    for turn in range(fails + 1):
        tale.add(day, "auction_noticed", asset_id=asset)
        day += tale.wait(31, 40)
        code = ("auction_started", "second_auction", "third_auction")[min(turn, 2)]
        tale.add(day, code, asset_id=asset, amount=tale.claim)
        if turn < fails:
            tale.add(day, "auction_failed", asset_id=asset)
            day += tale.wait(15, 28)
    return day


# Lawful ways ─────────────────────────────────────────────────────────────────────────────────
def worked(tale, day):
    """Work steadily and come to an end: payment, or the procedure's end for want of property."""
    end = day + tale.wait(60, 260)
    tale.work(day, end)
    if tale.rng.random() < 0.6:
        tale.hold(end - 20, "deposit")
        tale.finish(end)
    else:
        tale.add(end - 6, "creditor_heard", party="申请人")
        tale.add(end - 4, "consumption_limited", party="被执行人甲")
        tale.add(end - 2, "panel_approved")
        tale.add(end, "termination_ruled")
        tale.add(end + 3, "termination_registered")
        tale.close(end, "procedure_terminated")


def worked_no_end(tale, day):
    """Work month after month without an end in sight: late by the clock, yet not let lie."""
    if tale.rng.random() < 0.5:
        asset = tale.hold(day)
        day = _sell(tale, day + tale.wait(10, 60), asset, 2)
        tale.add(day + 5, "property_not_disposable", asset_id=asset)
    tale.work(day, END + 30)
    tale.tell(day, END)


def sale_long(tale, day):
    """Appraise, meet objections, auction and fail again and again: slow for good reason."""
    asset = tale.hold(day, "immovable")
    day += tale.wait(20, 70)
    while day < END:
        if tale.rng.random() < 0.4:
            tale.add(day, "appraisal_objected", asset_id=asset, party="被执行人甲")
            tale.add(day + 12, "appraisal_objection_answered", asset_id=asset, result="驳回")
        day = _sell(tale, day + tale.wait(10, 50), asset, tale.wait(1, 2))
    tale.lawful = True


def suspended(tale, day):
    """Rest by a ruling on record; worked before, and after where it ends."""
    day = tale.work(day, day + tale.wait(20, 90))
    if tale.rng.random() < 0.5:
        tale.hold(day - 10, term=1090)
    code = str(tale.rng.choice(["suspended", "stayed"]))
    end = day + tale.wait(150, 800)
    until = end if tale.rng.random() < 0.5 else None
    # One ruling in twenty never reached the record: nobody can tell it from sleep.
    if tale.rng.random() > 0.05:
        tale.add(day, code, until=until)
    tale.tell(day, min(end, END), 0.4)
    tale.lawful = True
    if end < END:
        tale.add(end, "resumed")
        tale.work(tale.deal(end), END + 30)


def announced(tale, day):
    """Serve by announcement, then search for a debtor who cannot be found."""
    tale.add(day, "debtor_missing", party="被执行人甲")
    tale.add(day + 3, "announced_service", until=day + 63)
    tale.lawful = True
    tale.work(day + 65, END + 30, 60)


def instalments(tale, day):
    """Perform a settlement by instalments, with no ruling of suspension on file."""
    day = tale.work(day, day + tale.wait(10, 60))
    until = day + tale.wait(200, 900)
    tale.add(day, "settlement_signed", until=until)
    tale.lawful = True
    paid = day
    # Half of the creditors tell the court of each payment; the others only of the end.
    told = tale.rng.random() < 0.5
    while (paid := paid + tale.wait(28, 95)) < min(until, END):
        if told:
            tale.add(paid, "direct_performance", amount=tale.claim / 20, party="被执行人甲")
    if until < END:
        tale.add(until, "settlement_performed", amount=tale.claim)
        tale.close(until + 3, "completed")


def no_property(tale, day):
    """Find nothing, go on looking, tell the creditor: open, old, and nothing left undone."""
    tale.add(day, "onsite_inquiry", party="被执行人甲")
    tale.add(day + 8, "consumption_limited", party="被执行人甲")
    tale.add(day + 20, "listed_dishonest", party="被执行人甲")
    tale.lawful = True
    while (day := day + tale.wait(50, 110)) < END:
        tale.add(day, "network_query_started", party="被执行人甲")
        tale.add(day + 2, "network_query_returned", party="被执行人甲", amount=0.0)
        tale.add(day + 4, "creditor_contacted", party="申请人")
        if tale.rng.random() < 0.7:
            code = str(tale.rng.choice(["onsite_inquiry", "debtor_searched_for"]))
            tale.add(day + tale.wait(5, 30), code, party="被执行人甲")


def objected(tale, day):
    """Wait for an objection of an outsider to be decided; nothing may be sold meanwhile."""
    asset = tale.hold(day)
    day += tale.wait(15, 50)
    tale.add(day, "outsider_objection_received", asset_id=asset, party="案外人")
    tale.add(day + 14, "outsider_objection_ruled", asset_id=asset, result="驳回")
    tale.add(day + 24, "outsider_suit_filed", asset_id=asset, party="案外人")
    tale.add(day + 28, "suspended", until=None)
    tale.lawful = True
    end = day + tale.wait(180, 420)
    tale.tell(day, min(end, END), 0.4)
    if end < END:
        tale.add(end, "outsider_suit_judged", asset_id=asset, result="驳回")
        tale.add(end + 5, "resumed")
        tale.work(tale.deal(end + tale.wait(8, 30)), END + 30)


def coordinated(tale, day):
    """Wait for courts that differ, or for a higher court's answer."""
    tale.hold(day)
    code = str(tale.rng.choice(["dispute_coordinated", "instruction_requested"]))
    start, end = day + 30, day + tale.wait(200, 600)
    tale.add(start, code, until=None)
    tale.lawful = True
    if end < END:
        tale.add(end, "resumed")
        tale.work(tale.deal(end), END + 30)


def audited(tale, day):
    """Have the debtor's books audited, with work beside it."""
    tale.add(day, "audit_requested", party="申请人")
    tale.add(day + 8, "audit_decided", result="准许")
    tale.lawful = True
    tale.work(day + 10, END + 30, 55)


def waiting_rank(tale, day):
    """Wait behind another court's first seizure, asking from time to time."""
    asset = f"资{len(tale.rows)}"
    tale.add(day, "waiting_seizure", asset_id=asset, amount=tale.claim)
    tale.lawful = True
    tale.work(day, END + 30, 75)
    tale.tell(day, END)


# Ways of letting a case lie ─────────────────────────────────────────────────────────────────
def asleep(tale, day, wake):
    """Do nothing after the first steps."""
    tale.let_lie(day, wake)
    tale.tell(day, wake, 0.3)


def parked(tale, day, wake):
    """Seize, and leave it there; telling and repeated queries cover it."""
    tale.hold(day)
    tale.let_lie(day + 30, wake)
    tale.tell(day + 20, wake)


def half_hearted(tale, day, wake):
    """Leave seized property alone, and now and then do something else that looks like work."""
    tale.hold(day, str(tale.rng.choice(["immovable", "vehicle"])))
    tale.let_lie(day + 40, wake)
    tale.tell(day + 20, wake, 0.6)
    tale.work(day + 60, wake, 95)


def lapsed(tale, day, wake):
    """Let the seizure itself run out."""
    tale.hold(day, "deposit", term=tale.wait(120, 300))
    tale.let_lie(day + 30, wake)
    tale.tell(day + 20, wake, 0.5)


def back_dated(tale, day, wake):
    """Lie idle, and key in weeks of work at one go before somebody comes."""
    tale.hold(day)
    tale.let_lie(day + 30, wake)
    keyed = int(min(wake, END) - tale.wait(3, 30))
    for _ in range(tale.wait(4, 8)):
        when = tale.wait(day + 40, max(day + 41, keyed - 1))
        code = str(tale.rng.choice(["onsite_inquiry", "creditor_contacted", "search_executed"]))
        tale.add(when, code, keyed=keyed, party="被执行人甲")


def clue_ignored(tale, day, wake):
    """Take the creditor's clues and never look."""
    tale.let_lie(day + 15, wake)
    tale.add(day, "clue_received", party="申请人", asset_id="线索一")
    for _ in range(tale.wait(0, 2)):
        tale.add(tale.wait(day + 20, day + 200), "clue_received", party="申请人")
    tale.tell(day, wake, 0.8)


def money_held(tale, day, wake):
    """Take the money and be slow to pay it out."""
    asset = tale.hold(day, "deposit")
    came = day + tale.wait(20, 50)
    tale.add(came - 3, "deposit_transferred", asset_id=asset, amount=tale.claim)
    tale.add(came, "money_received", amount=tale.claim)
    tale.add(came + 2, "arrival_notified", amount=tale.claim)
    tale.let_lie(came + 30, wake)
    tale.tell(came, wake, 0.7)


def pause_outlived(tale, day, wake):
    """Rest lawfully until a day, and go on resting."""
    tale.hold(day)
    end = day + tale.wait(60, 150)
    tale.add(day + 10, "stayed", until=end)
    tale.let_lie(end, wake)
    tale.tell(end, wake, 0.6)


def sale_dropped(tale, day, wake):
    """Begin to sell, and stop half-way."""
    asset = tale.hold(day, "immovable")
    day += tale.wait(20, 60)
    tale.add(day, "sale_decided", asset_id=asset)
    tale.add(day + 8, "appraiser_selected", asset_id=asset)
    tale.add(day + 15, "appraisal_started", asset_id=asset)
    day += tale.wait(50, 90)
    tale.add(day, "appraisal_report_received", asset_id=asset, amount=tale.claim)
    tale.let_lie(day + 30, wake)
    tale.tell(day, wake, 0.7)


def queries_only(tale, day, wake):
    """Query again and again although a query found money."""
    tale.add(day, "network_query_returned", party="被执行人甲", amount=tale.claim * 0.5)
    tale.let_lie(day + 20, wake)
    tale.tell(day, wake, 2.0)


def breach_ignored(tale, day, wake):
    """Know that a settlement was broken, and not go on."""
    tale.add(day, "settlement_signed", until=day + 120)
    broken = day + tale.wait(40, 120)
    tale.add(broken, "settlement_breached")
    tale.let_lie(broken + 20, wake)
    tale.tell(broken, wake, 0.6)


def _draw(rng, weights):
    names = list(weights)
    chance = np.array(list(weights.values()), dtype=float)
    return names[int(rng.choice(len(names), p=chance / chance.sum()))]


def _tell_case(rng, handler):
    filed = int(END * rng.random() ** 0.55)
    organ = rng.random() < 0.06
    claim = float(np.round(10 ** rng.uniform(3.6, 6.3), 2))
    tale = Tale(rng, handler, filed, claim)
    # Selective: against organs and for small claims a case is let lie more readily.
    odds = handler.idle * (1.8 if organ else 1.0) * (1.4 if claim < 2e4 else 1.0)
    day = tale.start()
    if rng.random() < min(odds, 0.7):
        if rng.random() < 0.3:
            day = tale.work(day, day + tale.wait(20, 150))
        way = _draw(rng, IDLE_WAYS)
        wake = END + 1 if rng.random() < 0.62 else day + tale.wait(100, 500)
        globals()[way](tale, day, min(wake, END + 1))
        if wake < END:
            worked(tale, tale.deal(wake))
    else:
        way = _draw(rng, LAWFUL_WAYS)
        globals()[way](tale, day)
    tale.organ, tale.way = organ, way
    return tale


def make_area(folder, cases=4000, courts=6, seed=1, handlers=9) -> Path:
    """Write the received tables of an invented area, and ``spells.csv``: its hidden truth.

    Parameters
    ----------
    folder : empty or missing folder
    cases, courts, seed : whole numbers
    handlers : how many a court has

    Returns
    -------
    Path
        The folder: ``courts``, ``cases``, ``parties``, ``events``, ``petitions`` as received, and
        ``spells.csv``: ``case_no``, ``way``, ``lawful``, ``start``, ``stop`` of each idle spell
        (one row without days for a case that never lay idle).
    """
    rng = np.random.default_rng([seed, 20161228])
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    codes = [f"鲁09{n + 2:02d}" for n in range(courts)]
    people = {code: [Handler(rng, code, n) for n in range(handlers)] for code in codes}
    tables = {name: [] for name in ("cases", "parties", "events", "petitions", "spells")}
    serial = dict.fromkeys(codes, 0)
    for _ in range(cases):
        code = codes[int(rng.integers(courts))]
        handler = people[code][int(rng.integers(handlers))]
        tale = _tell_case(rng, handler)
        serial[code] += 1
        _write_case(tables, tale, code, serial[code])
    tables["courts"] = [
        {"court_code": c, "court_name": f"测试{c}人民法院", "level": "basic", "parent_code": "鲁09"}
        for c in codes
    ]
    for name, rows in tables.items():
        pd.DataFrame(rows).to_csv(folder / f"{name}.csv", index=False)
    return folder


def _day(number):
    return None if number is None else (FIRST + datetime.timedelta(int(number))).isoformat()


def _write_case(tables, tale, code, serial):
    year = (FIRST + datetime.timedelta(tale.filed)).year
    number = f"（{max(year, 2016)}）{code}执{serial}号"
    rng, handler = tale.rng, tale.handler
    tables["cases"].append(
        {"case_no": number, "court_code": code, "applied_on": _day(max(tale.filed - 3, 0)),
         "filed_on": _day(tale.filed), "cause": "民间借贷纠纷", "claim_amount": tale.claim,
         "handler": handler.name, "closed_on": _day(tale.closed), "closing_manner": tale.manner}
    )  # fmt: skip
    debtor = "泰安市某区交通运输局" if tale.organ else "被执行人甲"
    tables["parties"] += [
        {"case_no": number, "role": "creditor", "name": "申请人", "kind": "natural_person"},
        {"case_no": number, "role": "debtor", "name": debtor, "kind": "other"},
    ]
    for row in sorted(tale.rows, key=lambda r: (r["day"], r["event"])):
        if row["keyed"] is None and rng.random() < handler.dropped * 0.5:
            continue
        keyed = row.pop("keyed")
        if keyed is None:
            late = rng.random() < handler.keys_late
            keyed = row["day"] + (tale.wait(31, 90) if late else tale.wait(0, 3))
        if keyed > END:
            continue
        row = {"case_no": number} | row | {"recorded_at": f"{_day(keyed)} 10:00:00"}
        row["day"], row["until"] = _day(row["day"]), _day(row.get("until"))
        row["party"] = debtor if row.get("party") == "被执行人甲" else row.get("party")
        tables["events"].append(row)
    idle = bool(tale.idle)
    if rng.random() < (0.28 if idle else 0.10 if tale.lawful else 0.05):
        start = tale.idle[0][0] + 90 if idle else tale.filed + 120
        when = start + tale.wait(0, 200)
        if when <= END and (tale.closed is None or when < tale.closed):
            text = f"我是{number}案的申请执行人。{COMPLAINTS[tale.wait(0, 2)]}"
            tables["petitions"].append(
                {"petition_id": f"访{len(tables['petitions']):05d}", "received_on": _day(when),
                 "channel": "letter", "petitioner": "申请人", "petitioner_role": "creditor",
                 "court_code": code, "cited_case_no": number, "text": text}
            )  # fmt: skip
    facts = {"case_no": number, "way": tale.way, "lawful": int(tale.lawful)}
    for start, stop in tale.idle or [(None, None)]:
        tables["spells"].append(facts | {"start": _day(start), "stop": _day(stop)})


def truth_on(spells: pd.DataFrame, day) -> pd.Series:
    """Return for each case 1.0 where it has lain idle for `IDLE_DAYS` or more on a day."""
    start = pd.to_datetime(spells["start"]) + pd.Timedelta(days=IDLE_DAYS)
    stop = pd.to_datetime(spells["stop"])
    today = pd.Timestamp(day)
    idle = (start <= today) & (today < stop)
    return idle.astype(float).groupby(spells["case_no"]).max()
