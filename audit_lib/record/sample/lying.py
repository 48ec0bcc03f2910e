"""Cases that are let lie: what is seen of them, what hides it, and what wakes them."""

from audit_lib.record.sample.ending import no_property, settled
from audit_lib.record.sample.selling import paid
from audit_lib.record.sample.story import END, Story, day_number
from audit_lib.record.sample.workdays import due_months, workday

__all__ = ["cosmetics", "false_end", "half_hearted", "lost", "passive", "wake_up"]

_TELLING = ("creditor_contacted", "law_explained", "seizure_renewed", "petition_registered")
_NEW_ACTS = day_number(2016, 10, 8)


def passive(s: Story, t: int) -> int:
    """Let the case lie; a few cosmetic entries hide it; the campaign may wake it."""
    parked = s.passive_kind == "parked"
    start = t + 20
    wake = workday(max(s.wakes, start + 120)) if s.wakes else END
    found = asset = None
    if parked:
        found = s.on(t, 2, 10)
        kind = s.pick(("deposit", "immovable", "vehicle"))
        value = round(s.claim * (0.6 + 0.4 * s.u()), 2)
        asset = s.seize(s.on(found, 1, 6), kind, value, found)
        start = found + 30
        if s.u() < 0.3 and s.held[asset][1] < wake - 40:
            s.plant("seizure_lapsed", s.held.pop(asset)[1] + 1, "seizure lapsed")
        else:
            s.renew_until(min(wake + 90, END))
    s.passive.append((start, wake))
    if parked and s.u() < 0.4:
        half_hearted(s, start + 30, wake)
    if s.u() < 0.75:
        cosmetics(s, start + 20, wake)
    last = wake
    if wake < END:
        last = wake_up(s, wake, asset)
        # Whoever has woken up lies on until the first act.
        acts = [e[0] for e in s.events if e[0] >= wake and e[1] not in _TELLING]
        s.passive[-1] = (start, min(acts, default=wake))
    # While a settlement is performed it is left open whether the clock ran.
    signed = [e[0] for e in s.events if e[1] == "settlement_signed"]
    six = due_months(s.filed, 6)
    if min(signed, default=s.closed or END) > six:
        s.plant("close_any_6m", six + 1, "property seized and left" if parked else "nothing done")
    if parked:
        disposed = [e[0] for e in s.events if e[1] in ("deposit_transferred", "seizure_released")]
        half = due_months(found, 6)
        if min(signed or disposed, default=END) > half:
            s.plant("statutory_passive_property_found", half + 1, "property seized and left")
    return last


def cosmetics(s: Story, day: int, until: int) -> None:
    """Write entries that look like work and are none."""
    while True:
        day += 25 + int(s.u() * 70)
        when = workday(day)
        if when >= until:
            return
        draw = s.u()
        if draw < 0.45:
            s.query(when)
        else:
            code = "creditor_contacted" if draw < 0.8 else "law_explained"
            s.add(when, code, party=s.creditor)


def half_hearted(s: Story, day: int, until: int) -> None:
    """Do something real now and then, and leave what is seized where it is."""
    first = s.debtors[0][0]
    while True:
        day = workday(day + 60 + int(s.u() * 90))
        if day >= until:
            return
        s.add(day, s.pick(("onsite_inquiry", "summoned", "debtor_searched_for")), party=first)


def wake_up(s: Story, wake: int, asset: str | None) -> int:
    """Take a sleeping case up again and bring it to an end."""
    if s.passive_kind != "parked":
        return no_property(s, wake, workday(wake + 35)) if s.u() < 0.5 else paid(s, wake)
    if s.held.get(asset, [""])[0] != "deposit":
        return settled(s, wake)
    value = next(e[2] for e in s.events if e[1] == "deposit_frozen")
    moved = s.on(wake, 1, 6)
    s.add(moved, "deposit_transferred", value, asset=asset)
    s.held.pop(asset)
    done = s.receive(s.on(moved, 1, 3), value)
    if (rest := round(s.claim - value, 2)) > 0:
        s.add(done, "direct_performance", rest, party=s.debtors[0][0])
    s.close(s.on(done, 0, 2), "completed")
    return done


def false_end(s: Story, t: int) -> int:
    """End the procedure although property is seized and could be sold."""
    s.fault = "zb_exhausted_search"
    s.passive.append((t + 60, END))
    return no_property(s, t)


def lost(s: Story, t: int) -> int:
    """Property is known, nothing is done, and it is gone."""
    asset = s.new_asset()
    found = s.on(t, 2, 8)
    s.add(found, "property_found", round(s.claim * 0.7, 2), asset=asset, kind="vehicle")
    gone = max(s.on(found, 50, 80), workday(_NEW_ACTS))
    s.add(gone, "property_lost", round(s.claim * 0.7, 2), asset=asset, note=s.say("vehicle_gone"))
    s.plant(s.fault, gone, "property lost while nothing was done")
    return settled(s, gone)
