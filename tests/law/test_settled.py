"""What the contract settles about reading a record, line by line, on records made for it."""

from datetime import date, timedelta
from functools import cache

import pandas as pd
import pytest

from audit_lib.law import check_snapshot, load_pack
from audit_lib.law.legal_case import compare, judge_cases
from audit_lib.law.reliability import check_reliability
from audit_lib.record import ingest_sources, open_snapshot

DAY = date(2017, 12, 28)
FILED = {"case_filed": date(2017, 5, 8)}


def on(month, day, **more):
    return {"day": date(2017, month, day), **more}


def closed(month, day, manner="completed"):
    return {**FILED, "case": {"closing_manner": manner}, "case_closed": date(2017, month, day)}


HOUSE = {"asset": "房产1", "asset_kind": "immovable"}
SOLD = {"sale_ruling_served": on(6, 1, **HOUSE)}
RECEIVED = {"money_received": on(6, 1, amount=50000)}
TERMINATED = closed(6, 1, "procedure_terminated")
CLAIM = {"case": {"claim_amount": 100000}, **FILED}

# What a closing on 2 June ends (rule, what starts the clock), and the day it is then done.
ENDED = [
    ("start_investigation_10d", {"investigation_requested": on(6, 1)}),
    ("finish_investigation_1m", {"investigation_started": on(6, 1)}),
    ("verify_clue_7d", {"clue_received": on(6, 1)}),
    ("select_appraiser_10d", {"sale_decided": on(6, 1, **HOUSE)}),
    ("close_any_6m", {}),
]
# What it does not end: overdue on the audit day although the case is closed.
NOT_ENDED = [
    ("funds_payout_30d", closed(6, 2), RECEIVED),
    ("asset_delivery_15d", closed(6, 2), SOLD),
    ("transfer_notice_5d", closed(6, 2), SOLD),
    ("list_delete_3wd", closed(6, 2), {"listed_dishonest": on(5, 20, party="甲")}),
    ("zb_database_7d", closed(6, 2, "procedure_terminated"), {"termination_ruled": on(6, 1)}),
    ("conduct_objection_15d", closed(6, 2), {"objection_received": on(6, 1)}),
    ("outsider_objection_15d", closed(6, 2), {"outsider_objection_received": on(6, 1)}),
    ("recon_30d", closed(6, 2), {"reconsideration_received": on(6, 1)}),
]
LINES = [
    # An event is seen when its day is not after the audit day.
    ("close_any_6m", {**FILED, "case_closed": DAY + timedelta(days=1)},
     {"outcome": "overdue", "done_on": None}),
    ("assign_handler_7d", {**FILED, "handler_assigned": DAY + timedelta(days=1)},
     {"outcome": "overdue", "done_on": None}),
    # It counts even when keyed in later, and is flagged as such.
    ("assign_handler_7d",
     {**FILED, "handler_assigned": on(5, 9, recorded_at=date(2018, 2, 1))},
     {"outcome": "met", "note": "keyed_late"}),
    # Closing: what it ends in time is met, what it ends after the due day was late.
    *[(rule, {**closed(6, 2), **start}, {"outcome": "met", "done_on": date(2017, 6, 2)})
      for rule, start in ENDED],
    ("verify_clue_7d", {**closed(8, 1), "clue_received": on(6, 1)},
     {"outcome": "late", "done_on": date(2017, 8, 1)}),
    ("start_investigation_10d", {**closed(8, 1), "investigation_requested": on(6, 1)},
     {"outcome": "late", "done_on": date(2017, 8, 1)}),
    ("assign_handler_7d", closed(8, 1), {"outcome": "late"}),
    *[(rule, {**case, **start}, {"outcome": "overdue", "done_on": None})
      for rule, case, start in NOT_ENDED],
    ("seizure_release_due",
     {**closed(6, 2), "immovable_seized": on(5, 20, until=date(2020, 5, 19), **HOUSE)},
     {"outcome": "breached"}),
    ("zb_requery_6m", {**closed(6, 2, "procedure_terminated"), "termination_ruled": on(6, 1)},
     [{"outcome": "overdue", "due_on": date(2017, 12, 1)}, {"outcome": "running"}]),
    # Payout: from the notice of arrival, else from the receipt, which is said; sums decide.
    ("funds_payout_30d", {**FILED, **RECEIVED, "arrival_notified": on(6, 5, amount=50000)},
     {"started_on": date(2017, 6, 5), "outcome": "overdue"}),
    ("funds_payout_30d", {**FILED, **RECEIVED},
     {"started_on": date(2017, 6, 1), "note": "start_fallback"}),
    ("funds_payout_30d",
     {**FILED, **RECEIVED, "money_paid": on(6, 10, amount=20000),
      "money_escrowed": on(6, 12, amount=20000), "refunded_to_debtor": on(6, 20, amount=9950)},
     {"outcome": "met", "done_on": date(2017, 6, 20)}),
    ("funds_payout_30d", {**FILED, **RECEIVED, "money_paid": on(6, 10, amount=49000)},
     {"outcome": "overdue"}),
    # Inherited preservation: older than the filing, and kept.
    ("seizure_lapsed",
     {**FILED, "preservation_carried_out": on(3, 1, until=date(2017, 8, 31), **HOUSE)},
     {"started_on": date(2017, 3, 1), "outcome": "overdue"}),
    ("over_seizure",
     {**CLAIM, "deposit_frozen": on(3, 1, asset="账户1", amount=500000, until=date(2018, 2, 28))},
     {"outcome": "breached"}),
    # Over-seizure: money is divisible, one thing is not, waiting seizures hold nothing.
    ("over_seizure",
     {**CLAIM, "deposit_frozen": on(6, 1, asset="账户1", amount=500000, until=date(2018, 5, 31))},
     {"outcome": "breached"}),
    ("over_seizure",
     {**CLAIM, "immovable_seized": on(6, 1, amount=900000, until=date(2020, 5, 31), **HOUSE)},
     {"outcome": "unknown", "reason": "indivisible"}),
    ("over_seizure",
     {**CLAIM, "deposit_frozen": on(6, 1, asset="账户1", amount=90000, until=date(2018, 5, 31)),
      "waiting_seizure": on(6, 2, amount=900000, **HOUSE)},
     {"outcome": "met"}),
    # Pauses without an end run to the next resumption, else to the audit day, and say so.
    ("close_any_6m", {**FILED, "suspended": on(6, 1), "resumed": on(6, 21)},
     {"paused_days": 20, "outcome": "overdue"}),
    ("close_any_6m", {**FILED, "suspended": on(6, 1)},
     {"paused_days": (DAY - date(2017, 6, 1)).days, "outcome": "running",
      "note": "pause_end_not_recorded"}),
    # A rule binds its kinds of case, and the version of the day that governs.
    ("close_any_6m", {**FILED, "case": {"kind": "执异"}}, {"none": True}),
    ("verify_clue_5d", {**FILED, "clue_received": date(2017, 4, 28)}, {"outcome": "overdue"}),
    ("verify_clue_5d", {**FILED, "clue_received": on(5, 2)}, {"none": True}),
    ("verify_clue_7d", {**FILED, "clue_received": on(5, 2)}, {"outcome": "overdue"}),
]  # fmt: skip


@cache
def _judged():
    return judge_cases([(record, rule) for rule, record, _ in LINES], DAY)


@pytest.mark.parametrize(
    "number", range(len(LINES)), ids=[f"{n}-{r[0]}" for n, r in enumerate(LINES)]
)
def test_the_record_is_read_as_the_contract_settles(number):
    assert not compare(_judged()[number], LINES[number][2])


def test_the_lines_speak_of_both_sides_of_a_closing():
    pack = load_pack()
    assert all(pack.rule(rule).closing == "ends" for rule, _ in ENDED)
    assert {rule for rule, _, _ in NOT_ENDED} <= {
        name for name, rule in pack.rules.items() if rule.closing == "stays"
    }


def test_beyond_the_known_calendar_weekends_count_and_only_a_deciding_day_is_unknown():
    later = date(2031, 1, 31)
    filed = {"case_filed": date(2030, 9, 24)}  # seven days end in the week of National Day
    acts = [date(2030, 9, 30), date(2030, 10, 4), date(2030, 11, 4)]
    cases = [({**filed, "handler_assigned": day}, "assign_handler_7d") for day in acts]
    found = pd.concat(judge_cases(cases, later))
    assert found["outcome"].tolist() == ["met", "unknown", "late"]
    assert found["note"].str.contains("calendar_beyond").all()


COURTS = "法院代字,法院名称,审级\n鲁0901,甲院,基层\n鲁0902,乙院,基层\n鲁0903,丙院,基层\n"


@pytest.fixture(scope="module")
def gaps(tmp_path_factory):
    """Hold a record: who handles is never keyed in for 100 cases, for 99, and once of 120."""
    folder = tmp_path_factory.mktemp("settled")
    cases, events = ["案号,法院代字,立案日期"], ["案号,节点,日期"]
    for court, count in (("0901", 100), ("0902", 99), ("0903", 120)):
        cases += [f"（2017）鲁{court}执{n}号,鲁{court},2017-05-08" for n in range(1, count + 1)]
        events += [f"（2017）鲁{court}执{n}号,发出执行通知,2017-05-10" for n in range(1, count + 1)]
    events.append("（2017）鲁0903执1号,确定承办人,2017-05-10")
    given = folder / "given"
    given.mkdir()
    for name, text in (
        ("courts", COURTS),
        ("cases", "\n".join(cases)),
        ("events", "\n".join(events)),
    ):
        (given / f"{name}.csv").write_text(text, encoding="utf-8")
    ingest_sources([str(given)], folder / "snapshot", DAY)
    return open_snapshot(folder / "snapshot")


def test_a_node_that_a_court_never_records_is_unknown_from_a_hundred_cases_on(gaps):
    found = check_snapshot(gaps, DAY, everything=True, rules=["assign_handler_7d"])
    counted = found.groupby(["court_code", "outcome"]).size().to_dict()
    assert counted == {
        ("鲁0901", "unknown"): 100, ("鲁0902", "overdue"): 99,
        ("鲁0903", "met"): 1, ("鲁0903", "overdue"): 119,
    }  # fmt: skip
    unknown = found[found["outcome"].eq("unknown")]
    assert set(unknown["reason"]) == {"court_never_records"}


def test_the_gap_itself_is_a_finding_about_the_courts_record(gaps):
    found = check_reliability(gaps, DAY)
    never = found[found["kind"].eq("never_recorded")]
    handlers = never[never["event"].eq("handler_assigned")]
    assert handlers[["court_code", "cases"]].values.tolist() == [["鲁0901", 100]]
    assert not never["event"].eq("notice_issued").any()
    # Only who asks for an extension must ask in time: not to ask is no gap.
    assert not never["event"].eq("extension_requested").any()


def test_a_rule_is_judged_by_the_kinds_and_the_day_in_its_file():
    for name, rule in load_pack().checkable().items():
        assert rule.governed_by in ("trigger", "as_of") or rule.governed_by in load_pack().events, (
            name
        )
