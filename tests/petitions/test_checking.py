"""Linking petitions to cases, checking them, routing, handling, following up."""

import pandas as pd
import pytest

from audit_lib.petitions import (
    build_flows,
    build_followup,
    check_handling,
    check_petitions,
    link_petitions,
)
from audit_lib.petitions.index import near_numbers
from tests.petitions.petition_record import DAY, NO, make, verdict


def test_a_number_written_right_is_linked_with_the_parties_agreeing():
    row = link_petitions(make([{"text": NO + "，被执行人李建设，没人管"}])).iloc[0]
    assert (row["case_no"], row["link"]) == (NO, "number")
    assert row["link_confidence"] >= 0.9


def test_a_slip_near_one_case_is_linked_only_when_the_person_agrees():
    good = link_petitions(make([{"text": "（2016）鲁0902执132号，被执行人李建设"}])).iloc[0]
    stranger = link_petitions(make([{"text": "（2016）鲁0902执132号", "petitioner": "赵六"}])).iloc[
        0
    ]
    assert good["link"] == "near_number" and NO in good["candidates"]
    assert pd.isna(stranger["case_no"])


def test_a_name_with_one_wrong_character_is_linked_where_the_other_side_and_the_sum_agree():
    text = "申请执行一年多没人管，被执行人李建设，欠我100000元。"
    slip = link_petitions(make([{"text": text, "petitioner": "王大牛"}])).iloc[0]
    other = link_petitions(make([{"text": text, "petitioner": "赵铁柱"}])).iloc[0]
    assert (slip["case_no"], slip["link"]) == (NO, "parties") and slip["link_confidence"] >= 0.9
    assert "name_nearly" in slip["link_note"]
    # another creditor of the same debtor may be owed the same sum: a person chooses
    assert other["case_no"] is None and NO in other["candidates"]


@pytest.mark.parametrize(("claim", "linked"), [(37_846.0, True), (50_000.0, False)])
def test_two_characters_with_one_wrong_are_the_same_person_only_beside_a_telling_sum(claim, linked):
    text = f"申请执行一年多没人管，被执行人李建设，欠我{claim:.0f}元。"
    row = link_petitions(
        make(
            [{"text": text, "petitioner": "王年"}],
            cases=[{"case_no": NO, "claim_amount": claim}],
            parties=[(NO, "creditor", "王牛"), (NO, "debtor", "李建设")],
        )
    ).iloc[0]
    assert (row["case_no"] == NO) is linked
    assert NO in row["candidates"]


def test_a_slip_in_the_other_sides_name_is_linked_where_the_own_name_and_the_sum_agree():
    text = "申请执行一年多没人管，被执行人李健设，欠我100000元。"
    second = "（2016）鲁0902执124号"
    tables = {
        "cases": [{"case_no": NO}, {"case_no": second, "claim_amount": 7_000.0}],
        "parties": [
            (NO, "creditor", "王大年"), (NO, "debtor", "李建设"),
            (second, "creditor", "王大年"), (second, "debtor", "孙小红"),
        ],
    }  # fmt: skip
    slip = link_petitions(make([{"text": text}], **tables)).iloc[0]
    other = link_petitions(make([{"text": text.replace("李健设", "周吴郑")}], **tables)).iloc[0]
    assert slip["case_no"] == NO and "other_party_nearly" in slip["link_note"]
    assert pd.isna(other["case_no"]) and NO in other["candidates"]


def test_a_case_of_another_court_is_never_linked_silently():
    row = link_petitions(make([{"text": NO, "court_code": "鲁0911"}])).iloc[0]
    assert row["other_court"] == "yes" and "鲁0902" in row["link_note"]


def test_two_equal_candidates_are_left_to_a_person():
    cases = [{"case_no": NO}, {"case_no": "（2016）鲁0902执124号"}]
    parties = [
        (c["case_no"], role, name)
        for c in cases
        for role, name in (("creditor", "王大年"), ("debtor", "李建设"))
    ]
    row = link_petitions(
        make([{"text": "法院不管，被告李建设"}], cases=cases, parties=parties)
    ).iloc[0]
    assert pd.isna(row["case_no"]) and row["candidates"].count("执12") == 2


def test_petitions_of_one_case_are_one_matter():
    table = link_petitions(
        make([{"text": NO + "没人管"}, {"text": NO + "还是没人管", "received_on": "2016-12-20"}])
    )
    assert table["matter"].tolist() == ["p1", "p1"]


def test_slips_of_the_hand_do_not_hold_the_number_itself():
    assert "（2016）鲁0902执11号" not in dict(near_numbers(2016, "鲁0902", "执", 11))


def test_a_year_of_silence_is_supported_and_recent_acts_contradict():
    text = "申请执行一年了没人管"
    assert verdict(text, [("notice_issued", "2016-01-15")], "passive")["verdict"] == "supported"
    acts = [
        ("notice_issued", "2016-01-15"),
        ("deposit_frozen", "2016-03-20"),
        ("deposit_transferred", "2016-06-01"),
        ("search_executed", "2016-08-20"),
        ("detention_imposed", "2016-11-20"),
    ]
    row = verdict(text, acts, "passive")
    assert row["verdict"] == "contradicted" and "detention_imposed" in row["speaks_against"]


def test_an_act_after_the_petition_does_not_refute_it():
    row = verdict(
        "一年了没人管",
        [("notice_issued", "2016-01-15"), ("search_executed", "2016-12-20")],
        "passive",
    )
    assert row["verdict"] == "supported"


def test_a_lawful_pause_is_not_silence():
    paused = ("suspended", "2016-02-01", None, {"until": "2016-11-25"})
    row = verdict("一年了没人管", [("notice_issued", "2016-01-15"), paused], "passive")
    assert row["verdict"] != "supported"


@pytest.mark.parametrize(("paid", "expected"), [(None, "supported"), (50_000.0, "contradicted")])
def test_money_that_arrived_is_compared_with_money_paid(paid, expected):
    events = [("money_received", "2016-08-01", 50_000.0)] + (
        [("money_paid", "2016-08-20", paid)] if paid else []
    )
    row = verdict("钱打到法院账上四个月了，五万块没发给我", events, "money_withheld")
    assert row["verdict"] == expected
    if paid is None:
        assert "same_sum" in row["note"] and "t.csv#2" in row["evidence"]


def test_money_within_its_thirty_days_is_not_yet_withheld():
    row = verdict(
        "钱打到法院账上还没发给我", [("money_received", "2016-11-20", 9.0)], "money_withheld"
    )
    assert row["verdict"] == "not_shown"


def test_control_far_above_the_claim_is_supported():
    events = [
        ("deposit_frozen", "2016-03-01", 90_000.0),
        ("immovable_seized", "2016-03-01", 400_000.0, {"asset_id": "A"}),
        ("immovable_seized", "2016-03-01", 300_000.0, {"asset_id": "B"}),
    ]
    assert verdict("超标的查封我的房子", events, "over_seizure")["verdict"] == "supported"


def test_one_indivisible_asset_is_not_shown_to_be_too_much():
    events = [
        ("immovable_seized", "2016-03-01", 900_000.0, {"asset_id": "A", "asset_kind": "immovable"})
    ]
    assert verdict("超标的查封我的房子", events, "over_seizure")["verdict"] == "not_shown"


def test_a_clue_never_verified_is_supported_and_a_verified_one_contradicts():
    clue = ("clue_received", "2016-06-01", None, {"asset_id": "A"})
    done = ("clue_verified", "2016-06-03", None, {"asset_id": "A"})
    text = "提供了财产线索，法院从不核实"
    assert verdict(text, [clue], "clue_ignored")["verdict"] == "supported"
    assert verdict(text, [clue, done], "clue_ignored")["verdict"] == "contradicted"


def test_what_a_court_never_records_is_not_checkable():
    row = verdict("提供了财产线索，法院从不核实", [("notice_issued", "2016-01-15")], "clue_ignored")
    assert (row["verdict"], row["note"]) == ("not_checkable", "court_records_no_clues_at_all")


def test_an_open_case_contradicts_a_wrongful_closing():
    row = verdict("没告诉我就终本了", [("notice_issued", "2016-01-15")], "wrongful_termination")
    assert row["verdict"] == "contradicted"


def test_a_petition_without_its_case_is_not_checkable_and_says_why():
    table = check_petitions(
        make([{"text": "申请执行一年没人管", "petitioner": None, "court_code": None}]), DAY
    )
    assert table.loc[0, ["verdict", "note"]].tolist() == ["not_checkable", "case_not_found"]


def test_thanks_have_one_row_none():
    table = check_petitions(make([{"text": "感谢执行局帮我要回工资"}]), DAY)
    assert table["allegation"].tolist() == ["none"]


def test_petitions_after_the_audit_day_are_not_seen():
    assert len(check_petitions(make([{"text": NO, "received_on": "2017-01-05"}]), DAY)) == 0


def test_the_order_of_rows_changes_nothing():
    snapshot = make(
        [{"text": NO + "没人管"}, {"text": "感谢法院"}],
        [("notice_issued", "2016-01-15"), ("money_received", "2016-02-01", 5.0)],
    )
    first = check_petitions(snapshot, DAY)
    snapshot.events, snapshot.petitions = snapshot.events[::-1], snapshot.petitions[::-1]
    pd.testing.assert_frame_equal(first, check_petitions(snapshot, DAY))


def test_a_resolved_petition_that_comes_again_is_a_lead():
    snapshot = make(
        [
            {
                "text": NO + "没人管",
                "received_on": "2016-05-01",
                "resolved_on": "2016-06-01",
                "reply": "已收悉。",
            },
            {"text": NO + "还是没人管", "received_on": "2016-09-01"},
        ]
    )
    leads = check_handling(snapshot, check_petitions(snapshot, DAY), DAY)
    assert set(leads["issue"]) == {"came_again", "reply_unanswered", "finish_late"}
    assert leads.loc[leads["issue"] == "finish_late", "days_late"].tolist() == [
        58
    ]  # 09-01 + 60 = 10-31


def test_a_matter_for_objection_finished_as_a_petition_is_a_lead():
    snapshot = make(
        [
            {
                "text": NO + "我是案外人，查封了我的房子",
                "resolved_on": "2016-12-20",
                "petitioner": "赵六",
                "petitioner_role": "outsider",
            }
        ]
    )
    leads = check_handling(snapshot, check_petitions(snapshot, DAY), DAY)
    assert "not_sent_to_statute" in set(leads["issue"])


def test_supported_petitions_raise_the_case_and_the_handlers_others():
    cases = [
        {"case_no": NO},
        {"case_no": "（2016）鲁0902执200号"},
        {"case_no": "（2016）鲁0902执201号", "handler": "乙法官"},
    ]
    snapshot = make([{"text": NO + "一年了没人管"}], [("notice_issued", "2016-01-15")], cases=cases)
    raised = build_followup(check_petitions(snapshot, DAY), snapshot, DAY)
    assert raised[["case_no", "why"]].values.tolist() == [
        [NO, "supported"],
        ["（2016）鲁0902执200号", "same_handler"],
    ]


def test_several_petitioners_against_a_perfect_record_doubt_the_record():
    acts = [
        ("notice_issued", "2016-01-15"),
        ("deposit_frozen", "2016-03-20"),
        ("search_executed", "2016-05-20"),
        ("summoned", "2016-07-10"),
        ("fine_imposed", "2016-09-10"),
        ("detention_imposed", "2016-11-20"),
    ]
    snapshot = make(
        [
            {"text": NO + "一直没人管"},
            {"text": NO + "没有人管过", "petitioner": "孙八", "petitioner_role": "other"},
        ],
        acts,
    )
    checked = check_petitions(snapshot, DAY)
    assert "doubt_about_record" in set(build_followup(checked, snapshot, DAY)["why"])
    assert build_flows(checked)["petitions"].sum() >= 2
