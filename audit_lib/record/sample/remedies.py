"""Objections, reconsiderations, orders of a higher court, preservation, review cases."""

from audit_lib.record.sample.ending import settled
from audit_lib.record.sample.selling import paid
from audit_lib.record.sample.story import Story, child_case
from audit_lib.record.sample.workdays import due, due_months, workday

__all__ = ["objected", "ordered", "outsider", "paid_held", "preserve", "run_review"]


def objected(s: Story, t: int) -> int:
    """Let a debtor object to an act; the objection is filed, notified and ruled."""
    f = s.fault
    value = round(s.claim * 0.9, 2)
    held = s.on(t, 2, 8)
    s.seize(held, "deposit", value)
    first = s.debtors[0][0]
    got = s.on(held, 4, 12)
    s.add(got, "objection_received", party=first)
    filed = s.on(got, 0, 2, due(got, 3))
    if f == "objection_filing_3d":
        filed = workday(due(got, 3) + 1 + int(s.u() * 3))
        s.plant(f, due(got, 3) + 1, "objection filed late")
    child = child_case(s, "执异", filed)
    child.handler = s.reviewer
    s.add(filed, "objection_filed", doc=child)
    told = s.on(filed, 0, 2, due(filed, 3))
    if f == "objection_notice_3d":
        told = s.on(due(filed, 3), 2, 3)
        s.plant(f, due(filed, 3) + 1, "parties told late")
    s.add(told, "objection_notified", party=s.creditor)
    limit = due(got, 15)
    ruled = s.on(max(told, filed), 2, 6, limit)
    if f == "conduct_objection_15d":
        ruled = min(s.on(limit, 4, 9), due_months(got, 1))
        s.plant(f, limit + 1, "ruled late")
    s.add(ruled, "objection_ruled", result="rejected", doc=child)
    child.close(ruled, None)
    child.events.clear()
    if f in ("recon_file_transfer_5d", "recon_30d") or s.u() < 0.4:
        asked = s.on(ruled, 3, 9)
        s.add(asked, "reconsideration_received", party=first)
        sent = s.on(asked, 1, 3, due(asked, 5))
        if f == "recon_file_transfer_5d":
            sent = s.on(due(asked, 5), 4, 9)
            s.plant(f, due(asked, 5) + 1, "file sent up late")
        s.add(sent, "reconsideration_file_sent")
        above = s.on(asked, 12, 22, due(asked, 30))
        if f == "recon_30d":
            above = s.on(due(asked, 30), 8, 20)
            s.plant(f, due(asked, 30) + 1, "reconsideration late")
        up = child_case(s, "执复", min(workday(sent + 1), above))
        up.court_code = None
        up.closed = above
        s.add(above, "reconsideration_ruled", result="rejected", doc=up)
        ruled = above
    return paid_held(s, ruled)


def paid_held(s: Story, t: int) -> int:
    """Transfer what is frozen, take the rest directly, close."""
    asset = next(iter(s.held))
    value = round(s.claim * 0.9, 2)
    moved = s.on(t, 4, 12)
    s.add(moved, "deposit_transferred", value, asset=asset)
    done = s.receive(s.on(moved, 1, 3), value)
    s.add(done, "direct_performance", round(s.claim - value, 2), party=s.debtors[0][0])
    s.close(done, "completed")
    return done


def outsider(s: Story, t: int) -> int:
    """Let an outsider claim the seized thing."""
    f = s.fault
    held = s.on(t, 2, 8)
    asset = s.seize(held, "immovable", round(s.claim * 0.8, 2))
    who = s.others[0][1]
    got = s.on(held, 5, 15)
    s.others[0][4] = got
    s.add(got, "outsider_objection_received", asset=asset, party=who)
    limit = due(got, 15)
    filed = s.on(got, 0, 2, due(got, 3))
    child = child_case(s, "执异", filed)
    child.handler = s.reviewer
    s.add(filed, "objection_filed", doc=child)
    s.add(s.on(filed, 0, 2, due(filed, 3)), "objection_notified", party=s.creditor)
    ruled = s.on(got, 6, 13, limit)
    if f == "outsider_objection_15d":
        ruled = min(s.on(limit, 4, 9), due_months(got, 1))
        s.plant(f, limit + 1, "ruled late")
    upheld = f == "release_after_no_suit_7d" or (f is None and s.u() < 0.5)
    if f == "no_disposal_during_outsider_objection":
        sale = s.on(got, 2, 4, ruled - 1)
        s.add(sale, "sale_started", round(s.claim * 0.8, 2), asset=asset)
        s.plant(f, sale, "disposed of while the objection was pending")
    s.add(
        ruled,
        "outsider_objection_ruled",
        asset=asset,
        result="upheld" if upheld else "rejected",
        doc=child,
    )
    child.close(ruled, None)
    child.events.clear()
    if upheld:
        if f == "release_after_no_suit_7d":
            limit = due(due(ruled, 15), 7)
            s.plant(f, limit + 1, "released late")
            s.release(workday(limit + 2), asset)
        else:
            s.release(s.on(ruled, 16, 19), asset)
        return paid(s, ruled + 20)
    return settled(s, ruled + 16)


def ordered(s: Story, t: int) -> int:
    """Let the day pass that a higher court has set."""
    day = s.on(t, 5, 15)
    until = workday(day + 30)
    s.add(day, "higher_order_received", until=until, doc=s.say("urging_order"))
    asked = s.on(day, 1, 3)
    s.add(
        asked, "reconsideration_received", doc=s.say("urging_order"), note=s.say("order_contested")
    )
    s.add(s.on(asked, 1, 2), "reconsideration_ruled", result="rejected", doc=s.say("urging_order"))
    s.plant("supervised_deadline_missed", until + 1, "the day set has passed")
    return paid(s, until + 20)


def preserve(s: Story, t: int) -> int:
    """Tell a preservation case: ruled, carried out, perhaps reconsidered."""
    f = s.fault
    ruled = s.on(s.filed, 0, 2)
    amount = round(s.claim * 0.9, 2)
    s.add(ruled, "preservation_ruled", amount, party=s.debtors[0][0])
    done = s.on(ruled, 1, 3, due(ruled, 5))
    if f == "preservation_start_5d":
        done = s.on(due(ruled, 5), 4, 9)
        s.plant(f, due(ruled, 5) + 1, "preservation started late")
    asset = s.new_asset()
    s.add(done, "preservation_carried_out", amount, asset=asset, kind="deposit", until=done + 364)
    s.add(s.on(done, 90, 300), "seizure_released", asset=asset)
    end = done
    if f == "preservation_review_10d":
        asked = s.on(ruled, 1, 3)
        s.add(asked, "reconsideration_received", party=s.debtors[0][0])
        end = s.on(due(asked, 10), 4, 9)
        s.add(end, "reconsideration_ruled", result="rejected")
        s.plant(f, due(asked, 10) + 1, "reconsideration late")
    s.closed = s.on(max(done, end), 1, 4)
    return done


def run_review(s: Story) -> None:
    """Tell a supervision case of the intermediate court: filed, heard, closed."""
    s.handler_day = s.on(s.filed, 0, 2)
    s.add(s.handler_day, "handler_assigned")
    if s.u() < 0.4:
        s.add(s.on(s.filed, 10, 25), "hearing_held")
    s.closed = s.on(s.filed, 20, 80)
