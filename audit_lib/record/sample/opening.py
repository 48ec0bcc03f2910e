"""How a case begins: filing, assignment, notice, clues, the network query, the survey.

Lawful unless the story's ``fault`` names a rule; then exactly that step is late or missing.
"""

from audit_lib.record.sample.story import Story, day_number
from audit_lib.record.sample.workdays import after, due, due_months, quiet_monday, workday

__all__ = ["begin", "look_into"]

_JOINT_ORDER = day_number(2017, 5, 1)
_CLUE_7 = day_number(2017, 5, 1)
_CALM = {
    "filing_decision_7d", "assign_handler_7d", "exec_notice_10d", "exec_notice_3d_internal",
    "exec_notice_after_urgent_measure_3d", "entrusted_file_7d",
}  # fmt: skip


def begin(s: Story) -> int:
    """File the case, assign it, notify every debtor, ask for clues, query the network."""
    f = s.fault
    if f in _CALM:
        s.applied = quiet_monday(s.applied)
    a = s.applied
    limit = due(a, 10)
    filed = min(after(a, s.u() * 4), due(a, 7))
    if f in _CALM:
        filed = a
    if f == "filing_decision_7d":
        filed = workday(due(a, 7) + 1)
        s.plant(f, due(a, 7) + 1, "filed late")
    elif f == "entrusted_file_7d":
        s.add(a, "entrusted_file_received", doc=s.say("entrustment_letter"))
        s.applied = filed = workday(due(a, 7) + 1 + int(s.u() * 4))
        a, limit = filed, due(filed, 10)
        s.plant(f, filed, "entrusted case filed late")
    s.filed = filed
    assigned = s.on(filed, 0, 2, min(due(filed, 7), limit))
    if f == "assign_handler_7d":
        assigned = workday(due(filed, 7) + 4 + int(s.u() * 20))
        s.plant(f, due(filed, 7) + 1, "handler assigned late")
        received = notice = s.on(filed, 2, 4, limit)
        asked = min(s.on(received, 0, 2), due(received, 3))
    else:
        received = s.on(assigned, 0, 1, limit)
        if f == "exec_notice_10d":
            received = workday(limit + 1)
            s.plant(f, limit + 1, "notice late")
            limit = workday(received + 3)
        elif f in ("exec_notice_3d_internal", "exec_notice_after_urgent_measure_3d"):
            received = filed + 1 if f.endswith("internal") else filed + 4
        notice = min(s.on(received, 0, 2), due(received, 3), limit)
        asked = min(s.on(received, 0, 2), due(received, 3))
    queried = min(s.on(min(assigned, due(filed, 5)), 0, 3), due(filed, 5))
    if f == "exec_notice_3d_internal":
        notice = min(workday(due(received, 3) + 1 + int(s.u() * 3)), limit)
        s.plant(f, due(received, 3) + 1, "notice after three days")
    elif f == "exec_notice_after_urgent_measure_3d":
        asset = s.seize(filed, "deposit", round(s.claim * 0.3, 2))
        s.held[asset][1] = filed + 364
        notice = workday(due(filed, 3) + 3)
        s.plant(f, due(filed, 3) + 1, "notice after an urgent measure late")
    elif f == "ask_clues_3d":
        asked = s.on(due(received, 3), 6, 25)
        s.plant(f, due(received, 3) + 1, "clues asked late")
    elif f == "network_query_start_5d_param":
        s.plant(f, due(filed, 5) + 1, "query late")
        queried = s.on(due(filed, 5), 5, 12)
    s.handler_day = assigned
    s.add(assigned, "handler_assigned")
    s.add(received, "file_received")
    keyed = None
    if f == "back_dated_entry":
        keyed = workday(notice + 45 + int(s.u() * 40))
        s.plant(f, keyed, "notice keyed in long after its day")
    skip_order = f == "zb_notice_and_report"
    for debtor, *_rest in s.debtors:
        s.add(notice, "notice_issued", party=debtor, keyed=keyed)
        if skip_order:
            continue
        ordered = notice
        if f == "report_order_with_notice" and notice >= _JOINT_ORDER:
            ordered = s.on(notice, 9, 25)
            s.plant(f, workday(notice + 1), "order after the notice")
        if not s.conduct:
            s.add(ordered, "report_order_issued", party=debtor, keyed=keyed)
            if s.u() < 0.7:
                s.add(s.on(ordered, 4, 15), "property_reported", party=debtor)
    s.add(asked, "clues_requested", party=s.creditor)
    total = round(s.claim * s.u(), 2) if s.u() < 0.5 else 0.0
    total = 0.0 if s.barren else total
    back = s.query(queried, total)
    if s.u() < 0.25:
        s.add(after(notice, 8 + s.u() * 10), "creditor_contacted", party=s.creditor)
    return max(back, notice)


def look_into(s: Story, t: int) -> int:
    """Clues, requests and the survey of property; returns the day it is done."""
    f = s.fault
    if f in ("verify_clue_5d", "verify_clue_7d", "verify_urgent_clue_3d") or s.u() < 0.2:
        urgent = f == "verify_urgent_clue_3d"
        day = s.on(t, 2, 8)
        limit = due(day, 5 if day < _CLUE_7 else 3 if urgent else 7)
        asset = s.new_asset()
        s.add(
            day,
            "urgent_clue_received" if urgent else "clue_received",
            asset=asset,
            party=s.creditor,
        )
        done = s.on(day, 1, 4, limit)
        if f and f.startswith("verify_"):
            done = s.on(limit, 8, 30)
            s.plant(f, limit + 1, "clue verified late")
        s.add(done, "clue_verified", asset=asset, result=s.say("clue_empty"))
        t = max(t, done)
    if f in ("start_investigation_10d", "finish_investigation_1m") or s.u() < 0.3:
        asked = s.on(t, 1, 4)
        s.add(asked, "investigation_requested", party=s.creditor)
        start = s.on(asked, 1, 7, due(asked, 10))
        if f == "start_investigation_10d":
            s.plant(f, due(asked, 10) + 1, "investigation started late")
            start = s.on(due(asked, 10), 5, 20)
        s.add(start, "investigation_started")
        s.add(s.on(start, 1, 8), "onsite_inquiry", party=s.debtors[0][0])
        done = s.on(start, 9, 22, due_months(start, 1))
        if f == "finish_investigation_1m":
            s.plant(f, due_months(start, 1) + 1, "survey late")
            done = s.on(due_months(start, 1), 8, 25)
        s.add(done, "investigation_finished")
        t = done
    if f in ("audit_request_decision_10d", "bounty_request_decision_10d"):
        word = f.split("_")[0]
        day = s.on(t, 2, 6)
        s.add(day, f"{word}_requested", party=s.creditor)
        s.add(s.on(due(day, 10), 5, 15), f"{word}_decided", result=s.say("not_granted"))
        s.plant(f, due(day, 10) + 1, "decided late")
    if f == "internal_approval_7d":
        day = s.on(t, 1, 3)
        s.add(day, "approval_requested", doc=s.say("transfer_paper"))
        s.add(s.on(due(day, 7), 4, 12), "approval_given", doc=s.say("transfer_paper"))
        s.plant(f, due(day, 7) + 1, "approval late")
    elif s.u() < 0.1:
        day = s.on(t, 1, 3)
        s.add(day, "approval_requested", doc=s.say("seizure_paper"))
        s.add(s.on(day, 0, 4), "approval_given", doc=s.say("seizure_paper"))
    return t
