"""Resistance and what answers it: fines, detention, listing, review, orders from above."""

from audit_lib.record.sample.story import Story
from audit_lib.record.sample.workdays import due

__all__ = ["resisted", "sanctions"]

_RESISTED = (
    "fine_limits", "detention_max_15d", "no_repeat_sanction", "sanction_review_5d",
    "crime_referral_or_private",
)  # fmt: skip


def sanctions(s: Story, t: int) -> None:
    """Fines, detentions, listing and review, where the story has them."""
    f = s.fault
    debtor, kind = s.debtors[0][0], s.debtors[0][1]
    if f in _RESISTED:
        return resisted(s, t, debtor, kind)
    if f in ("list_old_regime", "property_report_default_listing"):
        day = s.on(t, 12, 25)
        s.add(day, "report_defaulted", party=debtor)
        s.plant(f, day + 35, "not listed")
    elif f == "list_application_decision_15d":
        day = s.on(t, 2, 8)
        s.add(day, "listing_requested", party=debtor)
        s.enlist(s.on(due(day, 15), 4, 9), debtor)
        s.plant(f, due(day, 15) + 1, "decided late")
    elif f == "consumption_for_listed":
        day = s.on(t, 2, 8)
        s.enlist(day, debtor, s.say("able_but_refuses"))
        s.plant(f, day + 35, "listed without a limit on consumption")
    elif f == "list_delete_3wd":
        s.enlist(s.on(t, 1, 5), debtor, s.say("able_but_refuses"))
    elif f == "list_term_2y":
        day = s.on(t, 2, 8)
        s.enlist(day, debtor, s.say("able_but_refuses"), 2200)
        s.plant(f, day, "listed for six years")
    elif f == "higher_order_reconsider_5d":
        day = s.on(t, 1, 5)
        s.add(day, "higher_order_received", doc=s.say("supervision_letter"))
        s.add(s.on(due(day, 5), 6, 14), "higher_order_obeyed", doc=s.say("supervision_letter"))
        s.plant(f, due(day, 5) + 1, "order neither obeyed nor contested")
    elif s.u() < 0.06 and not s.organ:
        resisted(s, t, debtor, kind)
    elif s.u() < 0.03:
        day = s.on(t, 1, 5)
        s.add(day, "higher_order_received", doc=s.say("supervision_letter"))
        s.add(s.on(day, 1, 3), "higher_order_obeyed", doc=s.say("supervision_letter"))


def resisted(s: Story, t: int, debtor: str, kind: str) -> None:
    """Answer a debtor's resistance: sanction, listing, advice on private prosecution."""
    f = s.fault
    act = s.pick(s.words.obstruction)
    person = kind == "natural_person"
    fine = float(s.between(1, 9) * 1000 if person else s.between(6, 30) * 10000)
    day = s.on(t, 1, 6)
    s.add(day, "obstruction_recorded", party=debtor, note=act)
    s.enlist(s.on(day, 1, 5), debtor, s.say("resists"))
    if f == "fine_limits":
        s.add(day, "fine_imposed", 150000.0 if person else 1500000.0, party=debtor, note=act)
        s.plant(f, day, "fine above the cap")
    elif f == "detention_max_15d":
        s.add(day, "detention_imposed", until=day + 22, party=debtor, note=act)
        s.plant(f, day, "detained over 15 days")
    elif f == "no_repeat_sanction":
        s.add(day, "fine_imposed", fine, party=debtor, note=act)
        again = s.on(day, 6, 14)
        s.add(again, "fine_imposed", round(fine * 1.1), party=debtor, note=act)
        s.plant(f, again, "two fines for one act")
    elif f == "sanction_review_5d":
        s.add(day, "fine_imposed", fine, party=debtor, note=act)
        asked = s.on(day, 1, 2)
        s.add(asked, "sanction_review_requested", party=debtor)
        decided = s.on(due(asked, 5), 4, 10)
        s.add(decided, "sanction_review_decided", party=debtor, result="rejected")
        s.plant(f, due(asked, 5) + 1, "review late")
    elif f == "crime_referral_or_private":
        s.add(day, "detention_imposed", until=day + 10, party=debtor, note=act)
        again = s.on(day, 12, 20)
        s.add(again, "obstruction_recorded", party=debtor, note=s.say("resists_again"))
        s.plant(f, again + 35, "neither referred nor advised")
        return
    elif person and s.u() < 0.5:
        s.add(day, "detention_imposed", until=day + s.between(5, 15), party=debtor, note=act)
    else:
        s.add(day, "fine_imposed", fine, party=debtor, note=act)
    s.add(s.on(day, 1, 5), "private_prosecution_advised", party=s.creditor)
