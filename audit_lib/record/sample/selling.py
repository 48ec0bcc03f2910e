"""Turning property into money: accounts, auctions, claims on third parties, shares."""

from audit_lib.record.sample.sanctions import sanctions
from audit_lib.record.sample.story import Story, day_number
from audit_lib.record.sample.workdays import due, workday

__all__ = ["distributed", "garnished", "in_kind", "paid", "sold"]

_ONLINE = day_number(2017, 1, 1)
_NEW_ACTS = day_number(2016, 10, 8)
_ACT_AFTER_NEW = {"execute_beyond_title", "funds_paid_to_wrong_person"}


def paid(s: Story, t: int, hold: int = 0, share: float = 1.0) -> int:
    """Freeze an account, transfer the money, pay it out, close as completed."""
    f = s.fault
    asset = s.new_asset()
    found = s.on(t, 1, 6)
    frozen = s.on(found, 0, 3)
    amount = round(s.claim * share, 2)
    if f == "execute_ineffective_title":
        found = frozen = max(frozen, workday(_NEW_ACTS))
    if f == "freeze_deposit_max_1y":
        s.seize(frozen, "deposit", amount, found, 730, asset)
        s.plant(f, frozen, "frozen for two years")
    else:
        s.seize(frozen, "deposit", amount, found, None, asset)
    if f in ("seize_movable_max_2y", "seize_immovable_max_3y"):
        movable = f == "seize_movable_max_2y"
        day = s.on(frozen, 1, 5)
        s.seize(
            day,
            "vehicle" if movable else "immovable",
            round(s.claim * 0.1, 2),
            None,
            1095 if movable else 1826,
        )
        s.plant(f, day, "seized for too long a term")
    elif f == "seizure_release_due":
        s.seize(s.on(frozen, 1, 5), "vehicle", round(s.claim * 0.15, 2))
    elif f == "execute_outsider_property":
        day = max(s.on(frozen, 2, 9), workday(_NEW_ACTS))
        s.add(day, "seizure_of_outsider", round(s.claim * 0.2, 2), asset=s.new_asset())
        s.plant(f, day, "outsider's property")
    elif f == "seized_property_not_guarded":
        day = max(s.on(frozen, 1, 5), workday(_NEW_ACTS))
        lost = s.seize(day, "movable", round(s.claim * 0.2, 2))
        gone = s.on(day, 12, 30)
        s.add(
            gone,
            "property_lost",
            round(s.claim * 0.2, 2),
            asset=lost,
            note=s.say("lost_in_custody"),
        )
        s.plant(f, gone, "lost in custody")
        s.held.pop(lost)
        hold = max(hold, 30)
    sanctions(s, frozen)
    if f == "list_application_decision_15d":
        hold = max(hold, 25)
    moved = s.on(frozen, 8 + hold, 22 + hold)
    if f in _ACT_AFTER_NEW:
        moved = max(moved, workday(_NEW_ACTS + 5))
    s.add(moved, "deposit_transferred", amount, asset=asset)
    done = s.receive(s.on(moved, 1, 3), amount)
    s.close(s.on(done, 0, 3), "completed")
    return done


def sold(s: Story, t: int, found: int | None = None, slow_sale: int = 0) -> int:
    """Seize, appraise, auction, deliver, pay out, close as completed."""
    f = s.fault
    kind = "vehicle" if s.u() < 0.3 and not f else "immovable"
    value = round(s.claim * (0.75 + 0.3 * s.u()), 2)
    found = found or s.on(t, 1, 5)
    held = s.on(found, 0, 4)
    asset = s.seize(held, kind, value, found)
    decided = s.on(held, 4, 10)
    s.add(decided, "sale_decided", asset=asset)
    chosen = s.on(decided, 2, 7, due(decided, 10))
    if f == "select_appraiser_10d":
        chosen = s.on(due(decided, 10), 6, 14)
        s.plant(f, due(decided, 10) + 1, "appraiser chosen late")
    s.add(chosen, "appraiser_selected", asset=asset)
    start = s.on(chosen, 1, 3)
    s.add(start, "appraisal_started", asset=asset)
    report = s.on(start, 8, 18)
    s.add(report, "appraisal_report_received", value, asset=asset)
    served = s.on(report, 1, 3, due(report, 5))
    if f == "appraisal_report_send_5d":
        served = s.on(due(report, 5), 5, 12)
        s.plant(f, due(report, 5) + 1, "report sent late")
    for debtor, *_rest in s.debtors:
        s.add(served, "appraisal_report_served", asset=asset, party=debtor)
    s.add(served, "appraisal_report_served", asset=asset, party=s.creditor)
    noticed = s.on(served, 11, 15)
    held_on = s.on(noticed, 31, 34)
    first = round(value * 0.8, 2)
    if noticed >= _ONLINE:
        if f == "auction_price_floor_70":
            first = round(value * 0.55, 2)
            s.plant(f, held_on, "start below the floor")
        elif f == "auction_notice_immovable_30d":
            held_on = s.on(noticed, 17, 20)
            s.plant(f, held_on, "notice too short")
        elif kind == "vehicle":
            held_on = s.on(noticed, 16, 19)
    s.add(noticed, "auction_noticed", asset=asset)
    s.add(held_on, "auction_started", first, asset=asset)
    price, win = round(first * (1 + 0.2 * s.u()), 2), held_on
    if f == "reauction_30d":
        s.add(held_on, "auction_failed", asset=asset)
        win = s.on(due(held_on, 30), 6, 15)
        s.add(win, "second_auction", round(first * 0.85, 2), asset=asset)
        s.plant(f, due(held_on, 30) + 1, "second auction late")
        price = round(first * 0.9, 2)
    elif f == "reauction_offline_60d":
        s.add(held_on, "auction_failed", asset=asset)
        win = s.on(due(held_on, 60), 5, 10)
        s.add(win, "second_auction", round(first * 0.85, 2), asset=asset)
        s.plant(f, due(held_on, 60) + 1, "second auction late")
        price = round(first * 0.9, 2)
    elif not f and kind == "immovable" and s.u() < 0.25:
        s.add(held_on, "auction_failed", asset=asset)
        win = s.on(held_on, 17, 24)
        s.add(win, "second_auction", round(first * 0.85, 2), asset=asset)
        price = round(first * 0.9, 2)
    win += 0
    s.add(win, "auction_succeeded", price, asset=asset)
    if slow_sale:
        win += slow_sale
    settled = s.on(win, 3, 7)
    s.add(settled, "price_paid", price, asset=asset)
    ruling = s.on(settled, 1, 4, due(settled, 10))
    if f == "sale_ruling_serve_10d":
        ruling = s.on(due(settled, 10), 5, 14)
        s.plant(f, due(settled, 10) + 1, "sale ruling served late")
    s.add(ruling, "sale_ruling_served", asset=asset)
    told = s.on(ruling, 0, 3, due(ruling, 5))
    if f == "transfer_notice_5d":
        told = s.on(due(ruling, 5), 5, 14)
        s.plant(f, due(ruling, 5) + 1, "registry told late")
    s.add(told, "transfer_notice_served", asset=asset)
    over = s.on(ruling, 2, 9, due(ruling, 15))
    if f == "asset_delivery_15d":
        over = s.on(due(ruling, 15), 5, 14)
        s.plant(f, due(ruling, 15) + 1, "delivered late")
    s.release(ruling, asset)
    s.add(over, "asset_delivered", asset=asset)
    done = s.receive(settled, price)
    rest = round(s.claim - price, 2)
    if rest > 0:
        s.add(done, "direct_performance", rest, party=s.debtors[0][0])
    s.close(max(done, over, told), "completed")
    return done


def in_kind(s: Story, t: int) -> int:
    """Property is given in kind without the appraisal that must come first."""
    day = s.on(t, 2, 8)
    asset = s.seize(day, "immovable", round(s.claim * 0.9, 2), day)
    given = max(s.on(day, 20, 40), workday(_NEW_ACTS))
    s.add(given, "debt_in_kind", s.claim, asset=asset)
    s.plant("sale_without_valuation", given, "no appraisal, no auction")
    ruling = s.on(given, 1, 3)
    s.add(ruling, "sale_ruling_served", asset=asset)
    s.add(s.on(ruling, 0, 3, due(ruling, 5)), "transfer_notice_served", asset=asset)
    s.release(ruling, asset)
    over = s.on(ruling, 2, 8)
    s.add(over, "asset_delivered", asset=asset)
    s.close(over, "completed")
    return over


def garnished(s: Story, t: int) -> int:
    """Take what a third party owes: notice to perform, fifteen days, then the money."""
    f = s.fault
    asset = s.new_asset()
    other = s.others[0]
    day = s.on(t, 2, 8)
    other[0], other[4] = "third_party", day
    s.seize(day, "claim", s.claim, None, None, asset)
    served = s.on(day, 0, 3)
    s.add(served, "third_party_notice_served", s.claim, party=other[1])
    moved = s.on(due(served, 15), 2, 8)
    if f == "third_party_claim_reply_15d":
        moved = s.on(served, 5, 9)
        s.plant(f, moved, "taken before the fifteen days were over")
    s.add(moved, "deposit_transferred", s.claim, asset=asset, party=other[1])
    done = s.receive(s.on(moved, 0, 3), s.claim)
    s.close(s.on(done, 0, 3), "completed")
    return done


def distributed(s: Story, t: int) -> int:
    """Several creditors share: the plan is served, fifteen days pass, the money is paid."""
    f = s.fault
    asset = s.new_asset()
    found = s.on(t, 1, 6)
    part = round(s.claim * 0.4, 2)
    s.seize(found, "deposit", part, found, None, asset)
    s.add(
        s.on(found, 1, 8), "distribution_requested", round(s.claim * 1.5, 2), party=s.others[0][1]
    )
    moved = s.on(found, 9, 20)
    s.add(moved, "deposit_transferred", part, asset=asset)
    came = s.on(moved, 0, 2)
    s.add(came, "money_received", part)
    s.add(came, "arrival_notified", part)
    served = s.on(came, 1, 4)
    s.add(served, "distribution_plan_served", party=s.creditor)
    paid_on = s.on(due(served, 15), 1, 3)
    if f == "distribution_objection_15d":
        paid_on = s.on(served, 4, 9)
        s.plant(f, paid_on, "paid before the plan could be objected to")
    s.add(paid_on, "money_paid", part, party=s.creditor)
    s.add(paid_on, "direct_performance", round(s.claim - part, 2), party=s.debtors[0][0])
    s.close(s.on(paid_on, 0, 3), "completed")
    return paid_on
