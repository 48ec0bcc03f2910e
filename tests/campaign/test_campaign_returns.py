"""The monthly returns, case by case, against the record in conftest."""

import datetime

import pandas as pd
import pytest

from audit_lib.campaign import build_progress, check_returns
from audit_lib.campaign.wording import find_copied, find_unchanged, plain_wording

DECEMBER, JANUARY = datetime.date(2016, 12, 28), datetime.date(2017, 1, 31)
RETURN_HEAD = "court_code,month,category,closed_count,open_count,submitted_on\n"
ITEM_HEAD = "court_code,month,category,case_no,reason,plan,promised_on\n"


def found(table, month, fault):
    chosen = table[(table["month"] == month) & (table["fault"] == fault)]
    return set(chosen["case_no"].dropna()) or set(chosen["court_code"])


def test_a_true_return_has_no_discrepancy(december):
    table = december.faults
    assert table[(table["court_code"] == "鲁0902") & (table["category"] == "livelihood")].empty


def test_a_case_that_was_counted_as_closed_is_found(december):
    table = december.faults
    assert found(table, "2016-12", "hidden_case") == {"（2016）鲁0902执7号"}
    counts = table[table["fault"] == "open_count_differs"].iloc[0]
    assert (counts["claimed"], counts["found"], counts["evidence"]) == ("0", "1", "returns.csv#3")


def test_the_progress_table_shows_the_difference_and_the_missing_items(december):
    table = december.progress.set_index(["court_code", "category"])
    organs = table.loc[("鲁0902", "party_organ")]
    assert (organs["returned_open"], organs["difference"], organs["items_missing"]) == (0, -1, 1)
    assert table.loc[("鲁0902", "livelihood"), "difference"] == 0


def test_a_return_is_late_only_after_the_28th(december, january):
    assert found(december.faults, "2016-12", "late_return") == set()
    table = january.faults
    assert found(table, "2016-12", "late_return") == {"鲁0911"}
    assert found(table, "2017-01", "missing_return") == {"鲁0902", "鲁0911"}
    assert "鲁09" not in set(table["court_code"])


def test_a_return_that_has_not_come_yet_is_neither_seen_nor_missing_on_the_28th(december):
    table = december.progress.set_index(["court_code", "category"])
    assert pd.isna(table.loc[("鲁0911", "livelihood"), "returned_open"])
    assert pd.isna(table.loc[("鲁0911", "livelihood"), "late_return"])


def test_two_returns_that_differ_are_shown_and_neither_is_used(january):
    table = january.faults
    both = table[table["fault"] == "two_returns"].iloc[0]
    assert both["claimed"] == "closed 1, open 1 / closed 2, open 0"
    progress = january.progress.set_index(["court_code", "category"])
    assert pd.isna(progress.loc[("鲁0902", "party_organ"), "returned_open"])


def test_two_returns_that_agree_are_shown_and_counted_once(make_snapshot):
    line = "鲁0902,2016-12,涉党政机关,1,1,2016-12-28\n"
    other = line.replace("2016-12-28", "2016-12-27")
    snapshot = make_snapshot(returns=RETURN_HEAD + line + other)
    assert "two_returns" in set(check_returns(snapshot, DECEMBER)["fault"])
    progress = build_progress(snapshot, DECEMBER).set_index(["court_code", "category"])
    assert progress.loc[("鲁0902", "party_organ"), "returned_open"] == 1


@pytest.mark.parametrize(
    ("case_no", "fault"),
    [("（2016）鲁0902执777号", "item_unknown_case"), ("（2016）鲁0911执1号", "item_other_court"),
     ("（2016）鲁0902执2号", "item_closed")],
)  # fmt: skip
def test_a_listed_case_must_exist_be_the_courts_own_and_be_open(january, case_no, fault):
    assert case_no in found(january.faults, "2017-01", fault)


def test_a_listed_case_of_another_category_carries_a_doubt(make_snapshot):
    items = ITEM_HEAD + "鲁0911,2016-12,涉民生,（2016）鲁0911执2号,等,等,2017-05-01\n"
    returns = RETURN_HEAD + "鲁0911,2016-12,涉民生,0,1,2016-12-28\n"
    table = check_returns(make_snapshot(returns=returns, return_items=items), DECEMBER)
    one = table[table["fault"] == "item_not_in_category"].iloc[0]
    assert one["doubt"] == "category_read_from_record"


def test_months_outside_the_campaign_and_negative_counts_are_shown_not_summed(snapshot):
    class Odd:
        courts, cases, parties, events = (
            snapshot.courts, snapshot.cases, snapshot.parties, snapshot.events,
        )  # fmt: skip
        petitions, return_items = snapshot.petitions, snapshot.return_items.iloc[:0]
        inspections = snapshot.inspections
        returns = pd.concat([snapshot.returns.head(1)] * 3, ignore_index=True).assign(
            month=["2016-11", "2017-06", "2016-12"], closed_count=[1, 1, -4],
            court_code=["鲁0902", "鲁0902", "鲁0911"],
        )  # fmt: skip

    table = check_returns(Odd, JANUARY)
    assert set(table.loc[table["fault"] == "unknown_month", "month"]) == {"2016-11", "2017-06"}
    assert found(table, "2016-12", "negative_count") == {"鲁0911"}
    progress = build_progress(Odd, DECEMBER).set_index(["court_code", "category"])
    assert pd.isna(progress.loc[("鲁0911", "livelihood"), "returned_closed"])


def test_a_case_that_leaves_the_list_without_closing_is_found(january):
    table = january.faults
    assert found(table, "2017-01", "vanished_case") == {"（2016）鲁0902执12号"}


def test_a_promised_day_that_moves_on_or_passes_is_found(january):
    table = january.faults
    slipped = table[table["fault"] == "slipped_promise"].iloc[0]
    assert (slipped["case_no"], slipped["claimed"]) == ("（2016）鲁0902执1号", "2017-01-10")
    assert slipped["found"].startswith("2017-02-20")
    assert found(table, "2016-12", "promise_passed") == {"（2016）鲁0911执3号"}
    progress = january.progress.set_index(["court_code", "category"])
    assert progress.loc[("鲁0902", "livelihood"), "promises_slipped"] == 1


def test_an_open_case_without_reason_plan_and_day_is_found(january):
    table = january.faults
    for fault in ("no_reason", "no_plan", "no_promised_day"):
        assert found(table, "2016-12", fault) == {"（2016）鲁0911执1号"}


def test_a_figure_that_was_true_when_the_court_sent_it_is_no_discrepancy(make_snapshot):
    # Sent on the 22nd, before case 8 closed on the 26th: two were open then, one on the 28th.
    returns = RETURN_HEAD + "鲁0902,2016-12,涉党政机关,0,2,2016-12-22\n"
    table = check_returns(make_snapshot(returns=returns, return_items=ITEM_HEAD), DECEMBER)
    assert "open_count_differs" not in set(table["fault"])


def test_a_figure_that_agrees_with_the_courts_own_marks_says_so(make_snapshot):
    # By the marks 1, 5, 6, 9 and 12 are open; the record adds 4 and 11 and leaves out 9.
    returns = RETURN_HEAD + "鲁0902,2016-12,涉民生,2,5,2016-12-28\n"
    table = check_returns(make_snapshot(returns=returns, return_items=ITEM_HEAD), DECEMBER)
    assert table.loc[table["fault"] == "open_count_differs", "doubt"].item() == (
        "agrees_with_own_marks"
    )


def listed(count, reason, plan="继续查找", month="2016-12"):
    return pd.DataFrame({
        "court_code": "鲁0902", "month": month, "category": "livelihood",
        "case_no": [f"案{n}" for n in range(count)], "reason": reason, "plan": plan,
        "evidence": "return_items.csv#2",
    })  # fmt: skip


def test_one_wording_over_many_cases_is_copied_whatever_its_numbers():
    items = listed(6, [f"被执行人下落不明，已于12月{n}日查询。" for n in range(6)])
    assert set(find_copied(items)["fault"]) == {"copied_reason", "copied_plan"} - {"copied_plan"}
    assert find_copied(items)["found"].iloc[0] == "6/6"


def test_a_short_list_is_copied_only_where_reason_and_plan_are_one_text():
    assert set(find_copied(listed(2, "被执行人下落不明已查询", "继续查找被执行人"))["fault"]) == {
        "copied_reason", "copied_plan",
    }  # fmt: skip
    plans = ["继续查找被执行人", "约谈双方当事人"]
    assert find_copied(listed(2, "被执行人下落不明已查询", plans)).empty


def test_the_same_reason_in_three_returns_running_is_found():
    months = pd.concat([listed(1, "正在评估", month=m) for m in ("2016-12", "2017-01", "2017-02")])
    assert find_unchanged(months)["found"].tolist() == ["3"]
    assert find_unchanged(months.head(2)).empty


def test_wording_is_compared_without_numbers_and_marks():
    assert plain_wording("（2016）12月3日，已查询！") == plain_wording("12 月 28 日已查询")
    assert plain_wording(None) == ""


def test_a_record_without_any_return_accuses_no_court_of_sending_none(make_snapshot):
    snapshot = make_snapshot(returns=RETURN_HEAD, return_items=ITEM_HEAD)
    assert check_returns(snapshot, JANUARY).empty


def test_rows_that_could_not_be_read_are_shown_with_their_place_and_never_summed(january):
    # conftest: month 2017-13, a closed count of -1, and a court 鲁9999
    rows = january.faults[january.faults["court_code"].isna()]
    shown = dict(zip(rows["fault"], rows["evidence"], strict=True))
    assert shown == {
        "unknown_month": "returns.csv#11", "negative_count": "returns.csv#12",
        "unknown_court": "returns.csv#13",
    }  # fmt: skip
    assert set(rows["claimed"]) == {"2017-13", "-1", "鲁9999"}
    progress = january.progress.set_index(["court_code", "category"])
    assert pd.isna(progress.loc[("鲁0911", "livelihood"), "returned_closed"])


def test_a_return_that_may_be_the_unread_row_says_so(january):
    missing = january.faults[january.faults["fault"].eq("missing_return")]
    assert set(missing["doubt"]) == {"row_refused"}


def test_the_unread_rows_of_all_courts_are_not_shown_for_one_court(snapshot):
    table = check_returns(snapshot.only(["鲁0911"]), JANUARY)
    assert set(table["court_code"]) == {"鲁0911"}


def test_a_category_without_cases_that_is_left_out_of_a_return_is_no_late_return(make_snapshot):
    # The court has no organ as debtor, and reports the two other categories in time.
    returns = RETURN_HEAD + "".join(
        f"鲁0911,2016-12,{c},0,1,2016-12-27\n" for c in ("涉民生", "涉信访")
    )
    snapshot = make_snapshot(returns=returns, return_items=ITEM_HEAD)
    day = datetime.date(2016, 12, 30)
    faults = check_returns(snapshot, day)
    missing = faults[faults["fault"].eq("missing_return") & faults["court_code"].eq("鲁0911")]
    assert list(zip(missing["category"], missing["doubt"], strict=True)) == [
        ("party_organ", "nothing_to_report")
    ]
    progress = build_progress(snapshot, day).set_index(["court_code", "category"])
    assert pd.isna(progress.loc[("鲁0911", "party_organ"), "late_return"])
    assert progress.loc[("鲁0911", "livelihood"), "late_return"] == "no"
    assert progress.loc[("鲁0902", "livelihood"), "late_return"] == "yes"


def test_a_case_of_a_court_that_is_not_in_the_record_is_another_courts_by_its_number(snapshot):
    alone = snapshot.only(["鲁0902"])
    table = check_returns(alone, JANUARY)
    one = table[table["fault"].eq("item_other_court")].iloc[0]
    assert (one["case_no"], one["found"]) == ("（2016）鲁0911执1号", "鲁0911")
    assert one["doubt"] == "court_not_in_record"


def test_a_petition_figure_that_falls_with_the_record_is_no_discrepancy(make_snapshot):
    # Case 2 closed while its petition was open; on 2017-01-10 the petition is resolved, and a
    # court that counts the cases of open petitions reports one, then none.
    petitions = (
        "petition_id,received_on,channel,court_code,cited_case_no,text,resolved_on\n"
        "Z1,2016-12-01,来信,鲁0902,（2016）鲁0902执2号,不动,2017-01-10\n"
    )
    returns = RETURN_HEAD + (
        "鲁0902,2016-12,涉信访,1,0,2016-12-28\n鲁0902,2017-01,涉信访,1,0,2017-01-27\n"
    )
    snapshot = make_snapshot(petitions=petitions, returns=returns, return_items=ITEM_HEAD)
    assert "closed_count_falls" not in set(check_returns(snapshot, JANUARY)["fault"])
    falls = returns.replace("2017-01,涉信访,1", "2017-01,涉信访,0").replace(
        "2016-12,涉信访,1", "2016-12,涉信访,4"
    )
    snapshot = make_snapshot(petitions=petitions, returns=falls, return_items=ITEM_HEAD)
    assert "closed_count_falls" in set(check_returns(snapshot, JANUARY)["fault"])


def test_before_the_first_due_day_no_return_is_late_or_missing(make_snapshot):
    snapshot = make_snapshot(returns=RETURN_HEAD, return_items=ITEM_HEAD)
    for day in (datetime.date(2016, 12, 10), datetime.date(2016, 12, 28)):
        assert check_returns(snapshot, day).empty
        assert build_progress(snapshot, day)["late_return"].isna().all()


def test_a_return_without_a_day_is_neither_late_nor_in_time(make_snapshot):
    returns = RETURN_HEAD + "鲁0902,2016-12,涉党政机关,1,1,\n"
    snapshot = make_snapshot(returns=returns, return_items=ITEM_HEAD)
    progress = build_progress(snapshot, DECEMBER).set_index(["court_code", "category"])
    assert pd.isna(progress.loc[("鲁0902", "party_organ"), "late_return"])
    assert progress.loc[("鲁0902", "party_organ"), "returned_open"] == 1
