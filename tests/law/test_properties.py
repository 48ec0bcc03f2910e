"""What holds of the engine whatever the record: each property one sentence."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_lib.law.calendar import calendar_known, is_working_day, roll_forward, working_days
from audit_lib.law.legal_case import judge_case, judge_cases

FIRST = date(2016, 1, 4)
DAYS = st.integers(0, 500).map(lambda n: FIRST + timedelta(days=n))
FEW = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def test_the_calendar_of_all_days_says_of_each_what_is_said_of_it_alone():
    table, passed = working_days().to_pydict(), 0
    for n, day in enumerate(table["day"]):
        passed += is_working_day(day)
        assert table["is_work"][n] == is_working_day(day)
        assert table["known"][n] == calendar_known(day)
        assert table["worked"][n] == passed
        assert table["next_work"][n] == roll_forward(day) or n > len(table["day"]) - 15


@FEW
@given(filed=DAYS, act=st.none() | DAYS, later=st.integers(0, 200))
def test_moving_the_audit_day_forward_never_mends_a_finding(filed, act, later):
    record = {"case_filed": filed}
    if act:
        record["handler_assigned"] = act
    first = FIRST + timedelta(days=300)
    before = judge_case(record, "assign_handler_7d", first)
    after = judge_case(record, "assign_handler_7d", first + timedelta(days=later))
    if before.empty or before["outcome"].iloc[0] not in ("late", "overdue"):
        return
    allowed = {"late": {"late"}, "overdue": {"overdue", "late"}}[before["outcome"].iloc[0]]
    assert after["outcome"].iloc[0] in allowed


@FEW
@given(filed=DAYS, paused=DAYS, length=st.integers(1, 90))
def test_a_pause_moves_the_due_day_and_never_back(filed, paused, length):
    as_of = FIRST + timedelta(days=900)
    plain = {"case_filed": filed}
    with_pause = {**plain, "suspended": {"day": paused, "until": paused + timedelta(days=length)}}
    found = judge_cases([(plain, "close_any_6m"), (with_pause, "close_any_6m")], as_of)
    due, moved = (f["due_on"].iloc[0] for f in found)
    assert moved >= due
    assert (moved - due).days <= length + 10  # a rest day may be met on the way


@FEW
@given(filed=DAYS, opens=st.lists(DAYS, min_size=2, max_size=2), length=st.integers(1, 60))
def test_overlapping_pauses_are_merged_not_added(filed, opens, length):
    as_of = FIRST + timedelta(days=900)
    spans = [(day, day + timedelta(days=length)) for day in sorted(opens)]
    (a, b), (c, d) = spans
    union = [(a, max(b, d))] if c <= b else spans
    record = {"case_filed": filed}
    two, one = (
        {**record, "suspended": [{"day": x, "until": y} for x, y in listed]}
        for listed in (spans, union)
    )
    found = judge_cases([(two, "close_any_6m"), (one, "close_any_6m")], as_of)
    assert found[0]["due_on"].iloc[0] == found[1]["due_on"].iloc[0]


@FEW
@given(
    clues=st.lists(DAYS, min_size=1, max_size=4), checks=st.lists(DAYS, max_size=4),
    assets=st.lists(st.sampled_from(["甲", "乙"]), min_size=8, max_size=8),
)  # fmt: skip
def test_an_act_answers_one_occurrence_and_never_one_that_came_later(clues, checks, assets):
    record = {
        "clue_received": [{"day": d, "asset": a} for d, a in zip(clues, assets, strict=False)],
        "clue_verified": [{"day": d, "asset": a} for d, a in zip(checks, assets[4:], strict=False)],
    }
    found = judge_case(record, "verify_clue_5d", FIRST + timedelta(days=600))
    done = found.dropna(subset=["done_on"])
    assert (done["done_on"] >= done["started_on"]).all()
    assert len(done) <= len(checks)


@FEW
@given(start=DAYS, extra=st.sampled_from(["creditor_contacted", "archived", "law_explained"]))
def test_an_event_the_rule_does_not_name_changes_nothing(start, extra):
    record = {"application_received": start, "case_filed": start + timedelta(days=9)}
    as_of = FIRST + timedelta(days=600)
    both = judge_cases(
        [(record, "filing_decision_7d"), ({**record, extra: start}, "filing_decision_7d")], as_of
    )
    columns = ["outcome", "due_on", "done_on", "days_late"]
    assert both[0][columns].equals(both[1][columns])


@given(st.dates(date(2004, 1, 1), date(2026, 10, 1)))
def test_a_day_is_rolled_to_a_working_day_and_no_further_than_needed(day):
    rolled = roll_forward(day)
    assert is_working_day(rolled)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((rolled - day).days))


@pytest.mark.parametrize("as_of", [date(2031, 1, 31)])
def test_beyond_the_known_calendar_a_holiday_that_could_decide_gives_unknown(as_of):
    record = {"case_filed": date(2030, 9, 24), "handler_assigned": date(2030, 10, 4)}
    found = judge_case(record, "assign_handler_7d", as_of)
    assert found[["outcome", "reason"]].values.tolist() == [["unknown", "calendar_beyond"]]
    record["handler_assigned"] = date(2030, 11, 4)
    assert judge_case(record, "assign_handler_7d", as_of)["outcome"].tolist() == ["late"]
