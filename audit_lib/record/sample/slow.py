"""Cases that take long: pauses on record, extensions, real work without an end."""

from audit_lib.record.sample.ending import no_property, settled
from audit_lib.record.sample.sanctions import sanctions
from audit_lib.record.sample.selling import paid
from audit_lib.record.sample.story import END, Story, day_number
from audit_lib.record.sample.workdays import due, due_months, months_later, on_or_before, workday

__all__ = [
    "announced",
    "behind",
    "burst",
    "closed_late",
    "coordinated",
    "extended",
    "laboured",
    "legacy",
    "non_litigation",
    "party_changed",
    "paused",
    "suspended",
]

#: Share of the suspended cases whose ruling was never entered.
_UNWRITTEN = 0.1
#: Rules that ask some time after an act; closing would end the question.
_ASKED_LATER = {
    "consumption_for_listed", "crime_referral_or_private", "list_old_regime",
    "property_report_default_listing",
}  # fmt: skip


def suspended(s: Story, t: int) -> int:
    """Keep the case open for long, lawfully, by a recorded pause."""
    f = s.fault
    code = "suspended" if s.u() < 0.7 or f else "stayed"
    value = round(s.claim * (0.5 + 0.4 * s.u()), 2)
    kind = (
        "deposit"
        if f in ("seizure_lapsed", "over_seizure")
        else s.pick(("immovable", "vehicle", "deposit"))
    )
    asset = s.seize(s.on(t, 2, 10), kind, value)
    day = s.on(t, 12, 70)
    if not f and s.u() < _UNWRITTEN:
        return _unwritten(s, asset, day)
    length = 150 + int(s.u() * 700)
    open_end = s.u() < 0.35
    end = workday(day + length)
    until = None if open_end else end
    note = s.pick(s.words.pauses[code])
    if f in _ASKED_LATER:
        sanctions(s, t)
        s.pause(code, s.on(t, 45, 70), None, note)
        s.renew_until(END)
        return day
    if f == "over_seizure":
        more = s.on(t, 9, 12)
        s.seize(more, "deposit", round(s.claim * (1.4 + s.u()), 2))
        s.plant(f, more, "frozen far above the claim")
        open_end = True
        until = None
        s.pause(code, workday(more + 5), None, note)
        s.renew_until(END)
        return day
    if f == "seizure_lapsed":
        state = s.held.pop(asset)
        end = END
        until = None
        s.plant(f, state[1] + 1, "freeze lapsed")
        s.pause(code, day, until, note)
        return day
    if open_end and s.u() < 0.6:
        s.pause(code, day, None, note)
        s.renew_until(END)
        return day
    s.renew_until(end + 60)
    s.pause(code, day, until, note, end)
    if kind == "deposit":
        s.add(s.on(end, 3, 9), "deposit_transferred", value, asset=asset)
        s.held.pop(asset)
        done = s.receive(s.on(end, 10, 16), value)
        s.add(done, "direct_performance", round(s.claim - value, 2), party=s.debtors[0][0])
        s.close(done, "completed")
        return done
    return settled(s, end)


def _unwritten(s: Story, asset: str, day: int) -> int:
    """Rest by a ruling on paper that never reached the record: it looks idle, and is not."""
    s.plant("close_any_6m", due_months(s.filed, 6) + 1, "rests by a ruling not on record")
    found = next(e[0] for e in s.events if e[1] == "property_found" and e[3] == asset)
    half = due_months(found, 6)
    s.plant("statutory_passive_property_found", half + 1, "rests by a ruling not on record")
    s.slow.append((day, END))
    s.renew_until(END)
    return day


def paused(s: Story, t: int, code: str, length: int) -> int:
    """Another lawful pause, then the ordinary way on."""
    day = s.on(t, 3, 30)
    end = workday(day + length)
    if code in ("dispute_coordinated", "instruction_requested"):
        s.add(day, "stayed", until=end, note=s.pick(s.words.pauses["stayed"]))
    s.pause(code, day, end, s.pick(s.words.pauses[code]), end)
    return end


def announced(s: Story, t: int) -> int:
    """Service by announcement, then no property is found."""
    end = paused(s, t, "announced_service", 60)
    return no_property(s, end)


def coordinated(s: Story, t: int) -> int:
    """Wait for courts that differ, or for a higher court's answer; then take payment."""
    code = s.pick(("dispute_coordinated", "instruction_requested"))
    return paid(s, paused(s, t, code, 90 + int(s.u() * 330)))


def extended(s: Story, t: int) -> int:
    """More time is asked for and granted; property found late is sold within it."""
    f = s.fault
    limit = due_months(s.filed, 6)
    asked = on_or_before(limit - 9 - int(s.u() * 15))
    if f == "extension_request_5d_before":
        last = months_later(s.filed, 6)
        asked = on_or_before(last - 1)
        asked = limit if last - asked > 4 else asked
        s.plant(f, asked, "asked too late")
    s.add(asked, "extension_requested")
    months = 5 if f == "extension_max_3m" else 3
    approved = min(s.on(asked, 1, 3), limit)
    s.add(approved, "extension_approved", until=months_later(months_later(s.filed, 6), months))
    if f == "extension_max_3m":
        s.plant(f, approved, "extended by more than three months")
    if f in ("statutory_passive_property_found", "statutory_passive_property_at_filing"):
        found = s.on(t, 2, 8) if f.endswith("_found") else s.applied
        asset = s.seize(s.on(max(found, t), 1, 4), "deposit", s.claim, found)
        last = due_months(found, 6)
        s.plant(f, last + 1, "property found, not executed in six months")
        moved = s.on(last, 10, 20)
        s.add(moved, "deposit_transferred", s.claim, asset=asset)
        done = s.receive(s.on(moved, 1, 3), s.claim)
        s.close(done, "completed")
        return done
    s.query(on_or_before(asked - 20))
    return paid(s, approved + 5)


def laboured(s: Story, t: int) -> int:
    """Real work month after month, yet no end within six months: late, but not let lie."""
    first = s.debtors[0][0]
    limit = due_months(s.filed, 6)
    last = limit + 40 + int(s.u() * 420)
    s.plant("close_any_6m", limit + 1, "worked on throughout, not closed in six months")
    day, left = t, s.claim
    asset = _contested(s, t) if s.u() < 0.6 else None
    while True:
        day = s.on(day, 14, 38)
        if day >= last:
            break
        draw = s.u()
        if asset and draw < 0.35:
            s.add(day, "eviction_noticed", asset=asset, until=day + 15)
        elif draw < 0.25:
            s.add(day, "onsite_inquiry", party=first)
        elif draw < 0.4:
            s.add(day, "search_executed", party=first)
        elif draw < 0.5:
            s.add(day, "summoned", party=first)
        elif draw < 0.65:
            s.query(day)
            s.add(s.on(day, 4, 8), "creditor_contacted", party=s.creditor)
        elif draw < 0.8:
            asset = s.new_asset()
            s.add(day, "clue_received", asset=asset, party=s.creditor)
            done = s.on(day, 1, 4, due(day, 5))
            s.add(done, "clue_verified", asset=asset, result=s.say("clue_empty"))
        else:
            part = round(left * (0.05 + 0.15 * s.u()), 2)
            left -= part
            s.receive(day, part)
    s.renew_until(day + 90)
    if s.u() < 0.5 and not asset:
        return no_property(s, day, workday(day + 55))
    s.add(day, "direct_performance", round(left, 2), party=first)
    s.close(s.on(day, 0, 3), "completed")
    return day


def _contested(s: Story, t: int) -> str:
    """Seize a house that its people will not leave; the statute's six months pass over it."""
    found = s.on(t, 2, 8)
    asset = s.seize(s.on(found, 1, 5), "immovable", round(s.claim * (0.5 + s.u() / 2), 2), found)
    half = due_months(found, 6)
    s.plant("statutory_passive_property_found", half + 1, "worked on, not executed in six months")
    return asset


def behind(s: Story, t: int) -> int:
    """Wait behind another court's first seizure: long, and nothing that could be done."""
    limit = due_months(s.filed, 6)
    s.plant("close_any_6m", limit + 1, "waits for the first court's sale")
    day = s.on(t, 3, 20)
    s.add(day, "waiting_seizure", round(s.claim, 2), asset=s.new_asset())
    s.slow.append((day, END))
    last = limit + 100 + int(s.u() * 700)
    while (day := s.on(day, 50, 120)) < last:
        s.query(day)
        s.add(s.on(day, 4, 8), "creditor_contacted", party=s.creditor)
    came = s.receive(s.on(day, 5, 20), round(s.claim / 2, 2))
    s.add(came, "direct_performance", round(s.claim / 2, 2), party=s.debtors[0][0])
    s.close(s.on(came, 0, 3), "completed")
    return came


def closed_late(s: Story, t: int) -> int:
    """Work goes on, yet the case closes only after its six months."""
    f = s.fault
    limit = due_months(s.filed, 6)
    s.plant(f, limit + 1, "not closed in six months")
    if s.u() < 0.5:
        return no_property(
            s, s.query(on_or_before(limit - 30)), workday(limit + 20 + int(s.u() * 60))
        )
    return paid(s, s.query(on_or_before(limit - 40)), hold=75)


def non_litigation(s: Story, t: int) -> int:
    """Enforce an administrative decision; three months."""
    f = s.fault
    if f == "close_any_nonlitigation_3m":
        limit = due_months(s.filed, 3)
        s.plant(f, limit + 1, "not closed in three months")
        return paid(s, t, hold=limit - t + 20) if s.u() < 0.5 else no_property(s, t)
    return paid(s, t)


def legacy(s: Story, t: int) -> int:
    """Money came before 2016 and still lies in the court's account."""
    day = s.on(t, 10, 30)
    s.add(day, "money_received", s.claim)
    told = s.on(day, 0, 2)
    s.add(told, "arrival_notified", s.claim)
    s.plant("funds_payout_1m_old", due_months(told, 1) + 1, "not paid out")
    s.plant("funds_legacy_campaign", day_number(2016, 12, 31) + 1, "not cleared in 2016")
    end = workday(day_number(2017, 2, 20) + int(s.u() * 200))
    s.pause("suspended", s.on(told, 5, 20), None, s.pick(s.words.pauses["suspended"]), end)
    s.slow.clear()
    s.petition_wish = ("money_withheld", told + 120)
    s.add(end, "money_paid", s.claim, party=s.creditor)
    s.close(workday(end + 1), "completed")
    return end


def party_changed(s: Story, t: int) -> int:
    """Rule late on a party to be added."""
    day = s.on(t, 3, 12)
    s.add(day, "party_change_requested", party=s.creditor)
    s.add(s.on(due(day, 60), 6, 20), "party_change_ruled", result="rejected")
    s.plant("change_party_60d", due(day, 60) + 1, "ruled late")
    return paid(s, t, hold=60)


def burst(s: Story, t: int) -> int:
    """Months of acts are keyed in on the evening before the first return."""
    keyed = day_number(2016, 12, 27)
    s.plant("burst_entry", keyed, "many entries keyed in together before the return")
    day = t
    for step in range(7):
        day = s.on(day, 6, 11)
        if day >= keyed:
            break
        code = ("creditor_contacted", "onsite_inquiry", "law_explained")[step % 3]
        party = s.debtors[0][0] if code == "onsite_inquiry" else s.creditor
        s.add(day, code, party=party, keyed=keyed)
    return settled(s, keyed + 2)
