"""One invented case and what happens in it: the writing desk of the story.

A story holds days as numbers (``date.toordinal``) and is always told to its end; cutting it at a
day is the work of whoever writes it out.
"""

from datetime import date

from audit_lib.record.sample.workdays import after, due, due_months, on_or_before, workday

__all__ = ["END", "Story", "child_case", "day_number"]

#: Stories are told up to about this day: 2018-06-30.
END = 736875


def day_number(year: int, month: int, day: int) -> int:
    """Return a day as a number."""
    return date(year, month, day).toordinal()


class Story:
    """One case: its columns, its events, its planted faults and its hidden truth.

    ``events`` holds tuples (day, code, amount, asset_id, asset_kind, until, party, result,
    document, note, keyed-in day); ``document`` may be another story, whose number is known later.
    ``faults`` holds (fault, first day on which it can be seen, detail).
    """

    __slots__ = (
        "applied", "area", "asset_stem", "assets", "barren", "basis", "basis_day", "cause",
        "children", "claim", "closed", "conduct", "court_code", "creditor", "creditor_kind",
        "debtors",
        "events", "fault", "faults", "filed", "ground", "handler", "handler_day",
        "held", "index",
        "keep_old_style", "kind", "limited", "listed", "livelihood", "manner", "mark_day", "marks",
        "non_litigation", "note", "number", "organ", "others", "parent", "passive",
        "passive_kind", "petition_wish", "reviewer", "slow", "team", "u", "wakes", "words",
    )  # fmt: skip

    def __init__(self, u, court_code, index, kind="执"):
        self.u = u
        self.court_code = court_code
        self.index = index
        self.kind = kind
        self.events, self.faults, self.children, self.debtors, self.others = [], [], [], [], []
        self.slow, self.passive, self.held = [], [], {}
        self.limited, self.listed = {}, {}
        self.assets = 0
        self.closed = self.manner = self.ground = self.parent = self.note = self.number = None
        self.fault = self.marks = self.mark_day = self.handler_day = None
        self.wakes = self.passive_kind = self.petition_wish = None
        self.conduct = self.non_litigation = self.keep_old_style = False
        self.livelihood = self.organ = self.barren = False

    # draws -------------------------------------------------------------------------------
    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.u() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """Draw yes with a probability."""
        return self.u() < share

    def pick(self, items):
        """Draw one item."""
        return items[int(self.u() * len(items))]

    def say(self, phrase: str) -> str:
        """Return a phrase of the sample's words by its id."""
        return self.words.phrases[phrase]

    def on(self, day: int, low: int, high: int, latest: int | None = None) -> int:
        """Draw a working day so many days later, not after `latest`."""
        found = workday(day + low + int(self.u() * (high - low + 1)))
        return found if latest is None or found <= latest else max(day, on_or_before(latest))

    # writing -----------------------------------------------------------------------------
    def add(self, day, code, amount=None, asset=None, kind=None, until=None, party=None,
            result=None, doc=None, note=None, keyed=None):  # fmt: skip
        """Write one event; it is keyed in on its own day unless told otherwise."""
        self.events.append(
            (day, code, amount, asset, kind, until, party, result, doc, note, keyed or day)
        )

    def plant(self, fault: str, visible: int, detail: str = ""):
        """Note a fault that the record shows from a day on."""
        self.faults.append((fault, visible, detail))

    def new_asset(self) -> str:
        """Name the next asset of the case."""
        self.assets += 1
        return f"{self.asset_stem}-{self.assets}"

    # acts that come in company --------------------------------------------------------------
    def seize(self, day, kind, amount, found_on=None, term=None, asset=None):
        """Find and seize an asset; returns its id."""
        asset = asset or self.new_asset()
        self.add(found_on or day, "property_found", amount, asset=asset, kind=kind)
        code, days = {
            "deposit": ("deposit_frozen", 364),
            "vehicle": ("movable_seized", 729),
            "movable": ("movable_seized", 729),
            "immovable": ("immovable_seized", 1094),
        }.get(kind, ("right_frozen", 1094))
        until = day + (term or days)
        given = None if kind in ("deposit", "immovable") else kind
        self.add(day, code, amount, asset=asset, kind=given, until=until)
        self.held[asset] = [kind, until, days]
        return asset

    def renew_until(self, day):
        """Renew what is seized before its term ends, up to a day."""
        for asset, state in self.held.items():
            while state[1] < day:
                on = on_or_before(state[1] - 7 - int(self.u() * 20))
                state[1] = on + state[2]
                self.add(on, "seizure_renewed", asset=asset, until=state[1])

    def release(self, day, asset=None):
        """Release one asset, or all that are held."""
        for name in [asset] if asset else list(self.held):
            if self.held.pop(name, None):
                self.add(day, "seizure_released", asset=name)

    def limit(self, day, debtor):
        """Limit a debtor's consumption once."""
        if debtor not in self.limited:
            self.limited[debtor] = day
            self.add(day, "consumption_limited", party=debtor)

    def enlist(self, day, debtor, note=None, term=730):
        """List a debtor as dishonest, with the limit on consumption that belongs to it."""
        if debtor not in self.listed:
            if self.fault != "consumption_for_listed":
                self.limit(day, debtor)
            self.listed[debtor] = day
            until = day + term if day >= _LISTING_TERM else None
            self.add(day, "listed_dishonest", until=until, party=debtor, note=note)

    def query(self, day, total=0.0, found_by=None):
        """Query every debtor on the network; returns the day of the last answer."""
        last = day
        for number, (debtor, *_rest) in enumerate(self.debtors):
            self.add(day, "network_query_started", party=debtor)
            back = min(after(day, 1 + self.u() * 4), found_by or END)
            amount = total if number == 0 else 0.0
            self.add(back, "network_query_returned", amount, party=debtor)
            last = max(last, back)
        return last

    def pause(self, code, day, until, note, end=None):
        """Pause the case; `end` is the day it is resumed (None: it still rests)."""
        self.add(day, code, until=until, note=note)
        self.slow.append((day, end or END))
        if end:
            self.add(end, "resumed")

    def receive(self, day, amount, asset=None):
        """Take money into the court's account and pay it out; returns the day of payment."""
        fault = self.fault
        beyond = fault == "execute_beyond_title"
        got = round(amount * 2.3, 2) if beyond else amount
        self.add(day, "money_received", got)
        told = after(day, self.u() * 2)
        self.add(told, "arrival_notified", got)
        limit = due_months(told, 1) if told < _PAYOUT_30 else due(told, 30)
        late = {"funds_payout_1m_old": told < _PAYOUT_30, "funds_payout_30d": told >= _PAYOUT_30}
        if late.get(fault):
            paid = self.on(limit, 25, 70)
            self.plant(fault, limit + 1, "paid late")
        else:
            paid = self.on(told, 2, 18, limit)
        if fault == "funds_paid_to_wrong_person":
            self.add(paid, "wrong_payee", got, party=self.others[0][1])
            self.plant(fault, paid)
            paid = self.on(paid, 5, 8, limit)
        self.add(paid, "money_paid", got, party=self.creditor)
        if beyond:
            self.plant(fault, paid, "collected more than the title gives")
        return paid

    def close(self, day, manner, ground=None):
        """Close the case, with the releases that a closing calls for."""
        self.closed, self.manner, self.ground = day, manner, ground
        self.events = [e for e in self.events if e[0] <= day]
        if manner == "procedure_terminated":
            return
        if self.fault == "seizure_release_due" and manner == "completed" and self.held:
            self.plant("seizure_release_due", day + 31, "seizure not released")
            self.held.clear()
        self.release(day)
        if manner == "completed":
            for debtor in self.listed:
                if self.fault == "list_delete_3wd" and day >= _LISTING_TERM:
                    self.plant("list_delete_3wd", after(day, 12), "not deleted")
                else:
                    self.add(day, "delisted", party=debtor)
            for debtor in self.limited:
                self.add(day, "consumption_limit_lifted", party=debtor)
            self.limited, self.listed = {}, {}
        if self.u() < 0.6:
            self.add(after(day, 1 + self.u() * 10), "archived")


def child_case(s: Story, kind: str, filed: int) -> Story:
    """Open a case that hangs on this one."""
    child = Story(s.u, s.court_code, s.index + 0.01 * (len(s.children) + 1), kind)
    for name in ("area", "basis", "basis_day", "cause", "claim", "creditor", "creditor_kind",
                 "handler", "livelihood", "organ", "team"):  # fmt: skip
        setattr(child, name, getattr(s, name))
    child.debtors = list(s.debtors)
    child.words = s.words
    child.asset_stem = f"{s.asset_stem}{chr(97 + len(s.children))}"
    child.parent = s
    child.applied = child.filed = filed
    s.children.append(child)
    return child


_LISTING_TERM = day_number(2017, 5, 1)
_PAYOUT_30 = day_number(2017, 5, 1)
