"""Funds, aid, teams, plans, interviews, circular and bulletin."""

import datetime
from types import SimpleNamespace

import pandas as pd
import pytest

from audit_lib.campaign import (
    CourtPlan,
    build_aid,
    build_bulletin_cases,
    build_bulletin_figures,
    build_circular,
    build_funds,
    build_plans,
    build_selective,
    build_teams,
    find_one_hand,
    load_campaign,
    propose_interviews,
    read_spans,
    summarise_funds,
)  # fmt: skip
from audit_lib.errors import BadParameterFile, BadRound
from audit_lib.labels import load_labels
from audit_lib.parameters import load_parameters, parameters_folder

DECEMBER, JANUARY = datetime.date(2016, 12, 28), datetime.date(2017, 1, 31)

EVENTS = """case_no,event,day,amount,until,operator,note
（2016）鲁0902执1号,money_received,2016-12-01,1000,,,
（2016）鲁0902执1号,arrival_notified,2016-12-02,1000,,,
（2016）鲁0902执1号,money_received,2016-12-20,500,,,
（2016）鲁0902执1号,arrival_notified,2016-12-21,500,,,
（2016）鲁0902执1号,money_paid,2016-12-10,900,,,
（2016）鲁0902执5号,money_received,2016-12-10,300,,,
（2016）鲁0902执7号,money_received,2015-11-02,700,,,
（2016）鲁0902执7号,payout_deferred,2016-12-03,700,,,
（2016）鲁0911执1号,aid_requested,2016-12-01,,,,
（2016）鲁0902执9号,network_query_started,2016-12-01,,,甲,
（2016）鲁0902执9号,deposit_frozen,2016-12-02,,,甲,
（2016）鲁0902执9号,sale_decided,2016-12-03,,,甲,
（2016）鲁0902执9号,money_paid,2016-12-04,10,,甲,
（2016）鲁0902执12号,network_query_started,2016-12-01,,,甲,
（2016）鲁0902执12号,deposit_frozen,2016-12-02,,,甲,
（2016）鲁0902执12号,sale_decided,2016-12-03,,,甲,
（2016）鲁0902执12号,money_paid,2016-12-04,10,,乙,
"""

HEAD = "case_no,round,inspected_on,inspector,issue,selected_as,status,rectify_by,rectified_on\n"
INSPECTIONS = HEAD + "".join(
    f"（2016）鲁0902执{n}号,2016-11,2016-11-20,督查员,{issue},{arm},{status},{by},\n"
    for n, issue, arm, status, by in [
        (1, "消极执行", "随机", "确认", "2016-12-20"),
        (2, "未发现问题", "随机", "", ""),
        (3, "消极执行", "风险", "确认", "2016-12-31"),
        (5, "消极执行", "随机", "有异议", ""),
    ]
)


@pytest.fixture(scope="module")
def rich(make_snapshot):
    return make_snapshot(events=EVENTS, inspections=INSPECTIONS)


def test_what_was_paid_is_set_against_the_oldest_receipts(rich):
    funds = build_funds(rich, DECEMBER)
    one = funds[funds["case_no"] == "（2016）鲁0902执1号"]
    assert one[["received", "kept", "age_days", "age_band"]].values.tolist() == [
        [1000.0, 100.0, 27, "16-30"], [500.0, 500.0, 8, "6-10"],
    ]  # fmt: skip
    assert set(one["state"]) == {"waiting"}


def test_money_unannounced_deferred_without_ground_and_retained_is_told_apart(rich):
    funds = build_funds(rich, DECEMBER).set_index("case_no")
    assert funds.loc["（2016）鲁0902执5号", "state"] == "unannounced"
    assert funds.loc["（2016）鲁0902执7号", "state"] == "deferred_no_ground"
    assert funds.loc["（2016）鲁0902执7号", "legacy"] == "yes"
    assert funds.loc["（2016）鲁0902执7号", "age_band"] == ">30"
    assert summarise_funds(build_funds(rich, DECEMBER))["kept"].sum() == 1600


def test_a_court_without_money_has_an_empty_account(snapshot):
    assert build_funds(snapshot, DECEMBER).empty
    assert summarise_funds(build_funds(snapshot, DECEMBER)).empty


def test_hardship_cases_without_aid_are_listed(rich):
    aid = build_aid(rich, DECEMBER).set_index("case_no")
    assert aid.loc["（2016）鲁0911执1号", "state"] == "requested_not_granted"
    assert aid.loc["（2016）鲁0902执3号", "why"] == "terminated"
    assert "（2016）鲁0902执1号" not in aid.index


def test_load_and_outcome_are_counted_by_handler_and_few_cases_give_no_rate(rich):
    teams = build_teams(rich, DECEMBER, read_spans(rich, DECEMBER)).set_index("handler")
    first = teams.loc["甲"]
    assert (first["open"], first["open_cleanup"], first["closed"]) == (3, 2, 2)
    assert pd.isna(first["share_strict"])


def test_one_hand_in_every_step_is_found_and_two_hands_are_not(rich):
    found = find_one_hand(rich, DECEMBER)
    assert found["case_no"].tolist() == ["（2016）鲁0902执9号"]
    assert found["groups"].tolist() == ["control; enquiry; money; sale"]


def test_a_missed_target_and_a_false_return_are_proposed_with_their_figures(snapshot, january):
    table = propose_interviews(snapshot, JANUARY, january.progress, january.faults)
    missed = table[table["trigger"] == "missed_target"].iloc[0]
    assert (missed["court_code"], missed["category"], missed["figure"], missed["of"]) == (
        "鲁0902", "livelihood", 3, 6,
    )  # fmt: skip
    assert "false_return" in set(table["trigger"])
    assert table["decision"].isna().all()


def test_before_the_target_day_no_target_is_missed(snapshot, december):
    table = propose_interviews(snapshot, DECEMBER, december.progress, december.faults)
    assert "missed_target" not in set(table["trigger"])


def test_a_proposal_is_decided_by_a_person_only(snapshot, january):
    called = [SimpleNamespace(court="鲁0902", by="执行局长", on=datetime.date(2017, 1, 31))]
    table = propose_interviews(snapshot, JANUARY, january.progress, january.faults, called)
    decided = table.set_index("court_code")["decision"]
    assert set(decided.loc["鲁0902"]) == {"called"}
    assert decided.drop("鲁0902").isna().all()


def test_only_confirmed_results_of_the_random_arm_make_a_rate(rich, december):
    table = propose_interviews(rich, DECEMBER, december.progress, december.faults, everything=True)
    rate = table[table["trigger"] == "passive_rate"].iloc[0]
    assert (rate["figure"], rate["of"], rate["proposed"]) == (1, 2, "no")
    assert (rate["doubt"], rate["bound"] < rate["share"]) == ("few_inspected", True)


def test_a_rectification_is_overdue_after_its_day(rich, december):
    table = propose_interviews(rich, DECEMBER, december.progress, december.faults)
    overdue = table[table["trigger"] == "rectification_overdue"].iloc[0]
    assert (overdue["figure"], overdue["cases"]) == (1, "（2016）鲁0902执1号")


def test_a_plan_is_received_from_its_day_on_and_only_from_courts_that_must(snapshot):
    plans = [CourtPlan(court="鲁0902", received="2016-12-16", meetings=2, measures=("专班",))]
    table = build_plans(snapshot.courts, plans, DECEMBER).set_index("court_code")
    assert table["state"].to_dict() == {
        "鲁09": "not_asked", "鲁0902": "received", "鲁0911": "not_received",
    }  # fmt: skip
    assert table.loc["鲁0902", "days_after_notice"] == 7
    early = build_plans(snapshot.courts, plans, datetime.date(2016, 12, 15))
    assert set(early["state"]) == {"not_asked", "not_received"}


@pytest.mark.parametrize("courts", [["鲁7777"], ["鲁0902", "鲁0902"]])
def test_a_plan_of_an_unknown_court_or_twice_is_refused(snapshot, courts):
    with pytest.raises(BadRound):
        build_plans(snapshot.courts, [CourtPlan(court=c) for c in courts], DECEMBER)


def invented_spans(cleared):
    """Forty old cases of two courts, so many of each cleared."""
    rows = [
        {"court_code": court, "case_no": f"{court}{n}", "category": "livelihood",
         "kind": "wages", "opened_on": pd.Timestamp("2016-06-01"),
         "closed_on": pd.Timestamp("2016-12-20") if n < gone else pd.NaT,
         "closing_manner": "completed" if n < gone else None, "on_closed_case": "no"}
        for court, gone in cleared.items()
        for n in range(40)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_courts_are_told_apart_only_where_the_interval_does():
    table = build_circular(invented_spans({"甲": 38, "乙": 4, "丙": 20}), DECEMBER)
    strict = table[table["counting"] == "strict"].set_index("court_code")
    assert strict["standing"].to_dict() == {"甲": "above", "乙": "below", "丙": "as_expected"}
    assert (strict["low"] < strict["share"]).all() and (strict["share"] < strict["high"]).all()
    assert list(strict.index) == sorted(strict.index)


def test_small_figures_are_not_in_the_bulletin(december):
    figures = build_bulletin_figures(december.progress).set_index("category")
    assert figures.loc["livelihood", "open"] == 7
    assert pd.isna(figures.loc["party_organ", "open"])


def test_the_typical_cases_identify_nobody(snapshot, december):
    spans = invented_spans({"甲": 5})
    cases = pd.DataFrame({
        "case_no": spans["case_no"], "court_code": "甲", "case_kind": "执",
        "filed_on": spans["opened_on"], "closed_on": spans["closed_on"],
        "closing_manner": spans["closing_manner"], "claim_amount": [20000.0] * 4 + [9e6] * 36,
    })  # fmt: skip
    table = build_bulletin_cases(SimpleNamespace(cases=cases), spans, DECEMBER)
    assert table.to_dict("records") == [{
        "category": "livelihood", "kind": "wages", "closing_manner": "completed",
        "amount_band": "10000-50000", "years_open": 0, "alike": 4,
    }]  # fmt: skip
    assert build_bulletin_cases(snapshot, december.spans, DECEMBER).empty


def test_a_complaint_of_selective_enforcement_stands_beside_the_comparison():
    spans = pd.DataFrame({"case_no": ["甲1"], "category": ["livelihood"]})
    claims = pd.DataFrame({
        "petition_id": ["X1", "X2", "X3"], "case_no": ["甲1", "甲2", "甲3"], "court_code": "甲",
        "allegation": ["selective", "selective", "passive"], "quote": "先给别人",
    })  # fmt: skip
    compared = pd.DataFrame({"case_no": ["甲2", "甲4"], "court_code": "甲", "note": "后立先付"})
    table = build_selective(spans, compared, claims).set_index("case_no")
    assert table["compared"].to_dict() == {"甲1": "not_shown", "甲2": "shown", "甲4": "shown"}


def test_every_code_that_a_table_shows_has_wording(snapshot, rich, december, january):
    shown = {
        "campaign_reason": [december.spans["reason"]], "campaign_kind": [december.spans["kind"]],
        "campaign_doubt": [december.spans["doubt"], january.faults["doubt"]],
        "campaign_fault": [january.faults["fault"]],
        "campaign_target_state": [january.progress["target_state"]],
        "campaign_counting": [january.progress["judged_by"]],
        "campaign_fund_state": [build_funds(rich, DECEMBER)["state"]],
        "campaign_stage": [pd.Series([s.name for s in load_campaign().stages])],
        "campaign_fault ": [pd.Series(load_campaign().interviews.false_faults)],
        "campaign_step_group": [pd.Series(list(load_campaign().teams.step_groups))],
        "campaign_trigger": [
            propose_interviews(rich, JANUARY, january.progress, january.faults)["trigger"]
        ],
    }  # fmt: skip
    words = load_labels()
    for group, columns in shown.items():
        for column in columns:
            assert set(column.dropna()) <= set(words[group.strip()]), group


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [("termination_counts: lawful", "termination_counts: some", "termination_counts"),
     ("from: 2017-01-01", "from: 2016-12-31", "overlap"),
     ("first_month: 2016-12", "first_month: 2016-13", "first_month"),
     ("  petition: {by: 2016-12-31", "  petitions: {by: 2016-12-31", "petitions"),
     ("whole_list: 2", "whole_list: 2, extra: 1", "extra")],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_with_its_place(tmp_path, before, after, message):
    from audit_lib.campaign.settings import CampaignParameters

    text = (parameters_folder() / "campaign.yaml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "campaign.yaml").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(BadParameterFile, match=message):
        load_parameters(tmp_path / "campaign.yaml", CampaignParameters)
