"""Each family of allegations: rows for and against, days of the text, the time of remedies."""

import pytest

from audit_lib.petitions import check_handling, check_petitions
from tests.petitions.petition_record import DAY, NO, make, verdict


def test_the_day_that_a_text_names_is_compared_with_the_record():
    text = "2016年8月1日钱就打到法院账上，一直没发给我"
    arrived = [("money_received", "2016-08-02", 50_000.0)]
    row = verdict(text, arrived, "money_withheld")
    assert (row["verdict"], "same_day" in row["note"]) == ("supported", True)
    other = verdict(text, [("money_received", "2016-10-20", 50_000.0)], "money_withheld")
    assert "text_says 2016年8月1日; record_says 2016-10-20" in other["note"]


def test_money_paid_to_somebody_else_is_supported():
    events = [("money_received", "2016-08-01", 9.0), ("wrong_payee", "2016-08-20", 9.0)]
    row = verdict("执行款到法院后发错人了，钱没发给我", events, "money_withheld")
    assert row["verdict"] == "supported" and "wrong_payee" in row["speaks_for"]


FIRST = {"case_no": NO}
LATER = {"case_no": "（2016）鲁0902执200号", "filed_on": "2016-05-10"}
SAME_DEBTOR = [
    (NO, "creditor", "王大年"), (NO, "debtor", "李建设"),
    (LATER["case_no"], "creditor", "孙八"), (LATER["case_no"], "debtor", "李建设"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("paid_on", "expected"), [("2016-07-01", "supported"), ("2016-12-20", "not_shown")]
)
def test_favour_is_a_later_case_against_the_same_debtor_paid_first(paid_on, expected):
    snapshot = make(
        [{"text": NO + "后立案的别人先拿到钱了，他有关系，选择性执行"}],
        [("money_paid", paid_on, 9.0, {"case_no": LATER["case_no"]})],
        cases=[FIRST, LATER],
        parties=SAME_DEBTOR,
    )
    table = check_petitions(snapshot, DAY).set_index("allegation")
    assert table.at["selective", "verdict"] == expected
    if expected == "supported":
        assert LATER["case_no"] in table.at["selective", "speaks_for"]


def test_favour_without_another_case_cannot_be_checked():
    row = verdict("选择性执行，看人下菜碟", [("notice_issued", "2016-01-15")], "selective")
    assert (row["verdict"], row["note"]) == (
        "not_checkable", "no_other_case_against_this_debtor"
    )  # fmt: skip


def test_a_closing_is_held_against_its_page():
    page = [
        ("network_query_returned", "2016-02-01"), ("consumption_limited", "2016-03-01"),
        ("creditor_heard", "2016-07-01"), ("panel_approved", "2016-07-05"),
        ("termination_ruled", "2016-07-10"),
    ]  # fmt: skip
    closed = [{"case_no": NO, "closed_on": "2016-07-10", "closing_manner": "procedure_terminated"}]
    whole = verdict("没通知我就终本了", page, "wrongful_termination", cases=closed)
    assert whole["verdict"] == "contradicted" and "creditor_heard" in whole["speaks_against"]
    found = ("property_found", "2016-04-01", None, {"asset_id": "A"})
    left = verdict("有房产却终本了", [*page, found], "wrongful_termination", cases=closed)
    assert left["verdict"] == "supported" and "property_left" in left["speaks_for"]


def test_a_case_reported_as_paid_is_held_against_what_was_paid():
    closed = [{"case_no": NO, "closed_on": "2016-07-10", "closing_manner": "completed"}]
    text = "系统显示执行完毕，我一分钱没拿到就结案了"
    row = verdict(text, [("money_paid", "2016-06-01", 20_000.0)], "wrongful_termination",
                  cases=closed)  # fmt: skip
    assert row["verdict"] == "supported" and "20000.00 of 100000.00" in row["speaks_for"]


def test_an_outsiders_objection_upheld_supports_and_rejected_contradicts():
    text = "我是案外人，法院查封了我的房子"
    heard = ("outsider_objection_received", "2016-05-01")
    for result, expected in (("upheld", "supported"), ("rejected", "contradicted")):
        ruled = ("outsider_objection_ruled", "2016-05-14", None, {"result": result})
        assert verdict(text, [heard, ruled], "outsider_property")["verdict"] == expected
    assert verdict(text, [heard], "outsider_property")["verdict"] == "not_shown"
    assert verdict(text, [], "outsider_property")["verdict"] == "not_checkable"


def test_silence_towards_the_petitioner_is_held_against_contacts():
    text = "法官电话从来打不通，联系不上"
    old, new = ("creditor_contacted", "2016-02-01"), ("creditor_contacted", "2016-11-20")
    assert verdict(text, [old], "no_contact")["verdict"] == "supported"
    row = verdict(text, [old, new], "no_contact")
    assert row["verdict"] == "contradicted" and "calls_are_not_recorded" in row["note"]


def test_property_found_after_a_closing_supports_a_refused_resumption():
    closed = [{"case_no": NO, "closed_on": "2016-07-10", "closing_manner": "procedure_terminated"}]
    events = [("termination_ruled", "2016-07-10"), ("property_found", "2016-09-01")]
    text = "终本后发现他有房，申请恢复执行法院不给恢复"
    assert verdict(text, events, "not_resumed", cases=closed)["verdict"] == "supported"
    done = [*events, ("resumption_filed", "2016-09-20")]
    assert verdict(text, done, "not_resumed", cases=closed)["verdict"] == "contradicted"


def test_a_list_not_lifted_after_payment_is_supported():
    events = [("listed_dishonest", "2016-02-01"), ("settlement_performed", "2016-06-01")]
    text = "钱早还清了，失信名单还不给我撤"
    assert verdict(text, events, "wrong_sanction")["verdict"] == "supported"
    lifted = [*events, ("delisted", "2016-06-02")]
    assert verdict(text, lifted, "wrong_sanction")["verdict"] == "contradicted"


@pytest.mark.parametrize(
    ("text", "case", "events", "state"),
    [
        ("申请执行一年没人管", {"applied_on": "2016-01-05"}, [], "open"),
        ("申请执行了一直没人管", {"applied_on": "2016-10-05"}, [], "not_yet"),
        ("没出示证件就扣划了我的养老金", {}, [], "open"),
        (
            "没通知我就终本了",
            {"closed_on": "2016-07-10", "closing_manner": "procedure_terminated"},
            [("termination_ruled", "2016-07-10")],
            "closed",
        ),
        ("我是案外人，法院查封了我的房子", {}, [], "open"),
        (
            "法院拘留了我父亲，不服要复议",
            {},
            [("detention_imposed", "2016-11-01")],
            "closed",
        ),
    ],
)
def test_the_time_of_a_remedy_is_read_from_the_record(text, case, events, state):
    snapshot = make([{"text": NO + text}], events, cases=[{"case_no": NO} | case])
    table = check_petitions(snapshot, DAY)
    assert set(table["window"]) == {state}, table[["allegation", "route", "window_why"]]


def test_a_matter_finished_as_a_petition_says_whether_its_remedy_was_open():
    petition = {"text": NO + "我是案外人，查封了我的房子", "resolved_on": "2016-12-20"}
    snapshot = make([petition | {"petitioner_role": "outsider"}])
    leads = check_handling(snapshot, check_petitions(snapshot, DAY), DAY)
    note = leads.loc[leads["issue"] == "not_sent_to_statute", "note"].item()
    assert note.startswith("window open") and note.endswith("may use it: yes")


def test_petitions_without_a_case_have_no_known_time():
    table = check_petitions(
        make([{"text": "申请执行一年没人管", "petitioner": None, "court_code": None}]), DAY
    )
    assert table["window"].tolist() == ["unknown"]
