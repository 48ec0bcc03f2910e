"""Other ends of a case: settlement, withdrawal, acts owed, and the present procedure's end."""

from audit_lib.record.sample.opening import begin
from audit_lib.record.sample.selling import paid
from audit_lib.record.sample.story import END, Story, child_case, day_number
from audit_lib.record.sample.workdays import due, due_months, months_later, on_or_before, workday

__all__ = [
    "after_termination",
    "conduct",
    "instalments",
    "no_property",
    "otherwise",
    "settled",
    "withdrawn",
]

_NEW_TERMINATION = day_number(2016, 12, 1)
_AFTER_RULING = ("zb_database_7d", "zb_requery_6m", "zb_resume")


def settled(s: Story, t: int) -> int:
    """Settle, perform in parts, close as completed."""
    signed = s.on(t, 5, 35)
    until = workday(signed + 20 + int(s.u() * 70))
    s.add(signed, "settlement_signed", until=until)
    half = round(s.claim / 2, 2)
    s.add(s.on(signed, 1, 15), "direct_performance", half, party=s.debtors[0][0])
    done = on_or_before(until - int(s.u() * 5))
    s.add(done, "direct_performance", round(s.claim - half, 2), party=s.debtors[0][0])
    s.add(done, "settlement_performed", s.claim)
    s.close(done, "completed")
    return done


def instalments(s: Story, t: int) -> int:
    """Perform a settlement in long instalments, with no ruling of suspension on file."""
    signed = s.on(t, 5, 35)
    parts = 6 + int(s.u() * 12)
    until = workday(signed + 30 * parts)
    s.add(signed, "settlement_signed", until=until)
    share = round(s.claim / parts, 2)
    for n in range(1, parts):
        day = s.on(signed + 30 * (n - 1), 20, 29)
        s.add(day, "direct_performance", share, party=s.debtors[0][0])
    s.add(
        until, "direct_performance", round(s.claim - share * (parts - 1), 2), party=s.debtors[0][0]
    )
    s.add(until, "settlement_performed", s.claim)
    s.slow.append((signed, until))
    s.close(until, "completed")
    return until


def withdrawn(s: Story, t: int) -> int:
    """End the case for good: the creditor withdraws, or another listed ground."""
    day = s.on(t, 10, 80)
    ground = s.pick(s.words.termination_grounds)
    if s.fault == "zjzx_grounds":
        ground = None
        s.plant("zjzx_grounds", day, "no ground recorded")
    s.close(day, "terminated", ground)
    return day


def otherwise(s: Story, t: int) -> int:
    """Close in one of the rarer ways."""
    day = s.on(t, 5, 40)
    s.close(day, s.pick(("cancelled", "rejected", "not_enforced")))
    return day


def conduct(s: Story, t: int) -> int:
    """Enforce an act: order to leave, visit, hand over."""
    asset = s.new_asset()
    f = s.fault
    if f == "statutory_passive_conduct":
        limit = due_months(s.applied, 6)
        closing = due_months(s.filed, 6)
        asked = on_or_before(closing - 15)
        s.add(asked, "extension_requested")
        s.add(
            s.on(asked, 1, 4), "extension_approved", until=months_later(months_later(s.filed, 6), 3)
        )
        s.plant(f, limit + 1, "no measure in six months")
        day = s.on(limit, 12, 30)
    else:
        day = s.on(t, 5, 25)
    s.add(day, "eviction_noticed", asset=asset, until=day + 15)
    visit = s.on(day, 16, 22)
    s.add(visit, "onsite_inquiry", party=s.debtors[0][0])
    done = s.on(visit, 5, 25)
    s.add(done, "asset_delivered", asset=asset)
    s.close(s.on(done, 0, 2), "completed")
    return done


def no_property(s: Story, t: int, ruled: int | None = None) -> int:
    """Search, find nothing, hear the creditor, end the present procedure; query again later."""
    f = s.fault
    first = s.debtors[0][0]
    visited = s.on(t, 3, 20)
    for debtor, *_rest in s.debtors:
        s.add(visited, "onsite_inquiry", party=debtor)
    missing = f == "zb_missing_debtor_and_sanctions"
    if missing or s.u() < 0.3:
        lost = s.on(visited, 0, 5)
        s.add(lost, "debtor_missing", party=first)
        if not missing:
            s.add(s.on(lost, 2, 12), "debtor_searched_for", party=first)
    limited = s.on(visited, 5, 20)
    if f == "zb_min_3m":
        ruled = min(ruled or END, on_or_before(months_later(s.filed, 3) - 12))
        limited = min(limited, ruled - 6)
    ruled = ruled or workday(max(months_later(s.filed, 3) + 3 + int(s.u() * 60), limited + 24))
    bare = f == "zb_consumption_and_list"
    for number, (debtor, *_rest) in enumerate(s.debtors):
        if bare and number == len(s.debtors) - 1:
            continue
        if s.u() < 0.6 and not s.organ:
            s.enlist(limited, debtor, s.say("report_default"))
        else:
            s.limit(limited, debtor)
    s.query(on_or_before(ruled - 12))
    if f == "zb_exhausted_search":
        day = s.on(visited, 2, 8)
        s.seize(day, "immovable", round(s.claim * 0.8, 2), day)
    if f != "zb_hear_applicant":
        s.add(on_or_before(ruled - 3), "creditor_heard", party=s.creditor)
    if f != "zb_panel_or_consent":
        if s.u() < 0.4:
            s.add(on_or_before(ruled - 2), "creditor_consented", party=s.creditor)
        else:
            s.add(on_or_before(ruled - 1), "panel_approved")
    s.add(ruled, "termination_ruled", doc=s.say("termination_paper"))
    dated = ruled >= _NEW_TERMINATION or f == "zb_panel_or_consent"
    if f and f.startswith("zb_") and f not in _AFTER_RULING and dated:
        s.plant(f, ruled, "ended without a required step")
    s.close(ruled, "procedure_terminated")
    entered = s.on(ruled, 1, 5, due(ruled, 7))
    if f == "zb_database_7d":
        entered = s.on(due(ruled, 7), 5, 15)
        s.plant(f, due(ruled, 7) + 1, "register late")
    s.add(entered, "termination_registered")
    s.add(entered, "document_published")
    return after_termination(s, ruled)


def after_termination(s: Story, ruled: int) -> int:
    """Query again every six months; resume where property turns up."""
    f = s.fault
    if f == "zb_requery_6m":
        s.plant(f, due_months(ruled, 6) + 1, "not queried again")
        return ruled
    turn = int(s.u() * 12)
    last, round_no = ruled, 0
    while last < END:
        round_no += 1
        on = on_or_before(months_later(last, 6) - 10 - int(s.u() * 20))
        found = turn == round_no and round_no <= 2
        for number, (debtor, *_rest) in enumerate(s.debtors):
            amount = round(s.claim * 0.9, 2) if found and number == 0 else 0.0
            s.add(on, "requeried", amount, party=debtor)
        s.add(s.on(on, 1, 5), "creditor_contacted", party=s.creditor)
        last = on
        if f == "zb_resume" and round_no == 1:
            day = s.on(on, 5, 20)
            s.add(
                day,
                "property_found",
                round(s.claim * 0.9, 2),
                asset=s.new_asset(),
                kind="immovable",
            )
            s.plant(f, day + 31, "not resumed")
            continue
        if found:
            filed = s.on(on, 6, 15)
            child = child_case(s, "执恢", filed)
            s.add(filed, "resumption_filed", doc=child)
            paid(child, begin(child))
            return filed
    return last
