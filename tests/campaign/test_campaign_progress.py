"""Categories, counts and targets, against counts made by hand from the record in conftest."""

import datetime
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.campaign import (
    build_progress,
    build_series,
    build_trend,
    categorise_cases,
    compare_marks,
    forecast_clearance,
    read_spans,
)  # fmt: skip
from audit_lib.campaign.calendar import count_day
from audit_lib.campaign.progress import PROGRESS_COLUMNS
from audit_lib.errors import MissingColumn, UnknownCode

DECEMBER, JANUARY = datetime.date(2016, 12, 28), datetime.date(2017, 1, 31)


def row(table, court, category):
    found = table[(table["court_code"] == court) & (table["category"] == category)]
    assert len(found) == 1
    return found.iloc[0]


def kinds(table, category):
    chosen = table[table["category"] == category]
    return dict(zip(chosen["case_no"], chosen["kind"], strict=True))


def test_the_counts_of_a_month_agree_with_those_made_by_hand(december):
    table = row(december.progress, "鲁0902", "livelihood")
    # old: 1, 2, 3, 4 of 2015, 5 (filed on the baseline day itself), 12; new: 6 and the resumed 11
    assert (table["backlog"], table["inflow"]) == (6, 2)
    # closed: 2 (performed) and 3 (终本)
    assert (table["closed"], table["cleared_strict"]) == (2, 1)
    assert table["cleared_with_termination"] == 2
    assert (table["open"], table["open_old"], table["open_new"]) == (6, 4, 2)
    assert table["came_back"] == 1


def test_every_court_has_a_row_for_each_category(snapshot, december):
    table = december.progress
    assert list(table.columns) == PROGRESS_COLUMNS
    assert len(table) == 3 * len(snapshot.courts)


def test_backlog_and_inflow_are_closed_or_open(snapshot):
    for day in (DECEMBER, JANUARY, datetime.date(2017, 3, 31)):
        table = build_progress(snapshot, day)
        assert (table["backlog"] + table["inflow"] == table["closed"] + table["open"]).all()


def test_a_month_is_counted_on_its_28th(snapshot):
    assert count_day(datetime.date(2017, 1, 31)) == datetime.date(2017, 1, 28)
    assert count_day(datetime.date(2017, 2, 5)) == datetime.date(2017, 2, 5)
    late = row(build_progress(snapshot, datetime.date(2016, 12, 31)), "鲁0902", "livelihood")
    assert late["counted_on"] == pd.Timestamp("2016-12-28")


def test_a_target_is_not_judged_before_its_day_and_is_after(december, january):
    before = row(december.progress, "鲁0902", "party_organ")
    after = row(january.progress, "鲁0902", "party_organ")
    assert pd.isna(before["on_target"]) and before["target_state"] == "not_due"
    assert (after["on_target"], after["target_state"]) == ("no", "missed")


def test_a_termination_with_a_finding_clears_nothing_but_both_figures_stand(snapshot):
    findings = pd.DataFrame({
        "case_no": ["（2016）鲁0902执3号"], "theme": ["termination"], "outcome": ["breached"],
    })  # fmt: skip
    table = row(build_progress(snapshot, DECEMBER, findings=findings), "鲁0902", "livelihood")
    assert (table["cleared_lawful"], table["cleared_with_termination"]) == (1, 2)
    assert table["termination_doubtful"] == 1
    assert table["termination_checked"] == "yes"
    assert table["share_counted"] == pytest.approx(1 / 6)


def test_an_objection_case_is_no_case_to_be_cleared(snapshot):
    assert "（2016）鲁0902执异10号" not in set(categorise_cases(snapshot, DECEMBER)["case_no"])


def test_a_resumed_case_takes_the_cause_of_the_case_it_resumes(snapshot):
    table = categorise_cases(snapshot, DECEMBER)
    resumed = table[table["case_no"] == "（2016）鲁0902执恢11号"].iloc[0]
    assert (resumed["kind"], resumed["reason"]) == ("traffic_injury", "cause_of_parent")


def test_only_the_debtor_makes_an_organ_case(snapshot):
    organs = kinds(categorise_cases(snapshot, DECEMBER), "party_organ")
    assert organs == {"（2016）鲁0902执7号": "government", "（2016）鲁0902执8号": "government"}


def test_a_mark_with_hardship_as_its_reason_is_the_ninth_kind_and_rests_on_it(snapshot):
    table = categorise_cases(snapshot, DECEMBER)
    marked = table[table["case_no"] == "（2016）鲁0902执12号"].iloc[0]
    assert (marked["kind"], marked["doubt"]) == ("other_hardship", "rests_on_mark")


def test_a_persons_mark_counts_only_with_a_reason(snapshot):
    marks = pd.DataFrame({
        "case_no": ["（2016）鲁0911执2号", "（2016）鲁0911执3号"], "kind": "other_hardship",
        "reason": ["唯一住房被骗", " "], "marked_by": "督查员甲",
    })  # fmt: skip
    found = kinds(categorise_cases(snapshot, DECEMBER, marks=marks), "livelihood")
    assert found["（2016）鲁0911执2号"] == "other_hardship"
    assert "（2016）鲁0911执3号" not in found


def test_marks_of_an_unknown_kind_or_without_a_column_are_refused(snapshot):
    marks = pd.DataFrame({"case_no": ["x"], "kind": ["wagse"], "reason": ["y"], "marked_by": ["z"]})
    with pytest.raises(UnknownCode, match="wages"):
        categorise_cases(snapshot, DECEMBER, marks=marks)
    with pytest.raises(MissingColumn, match="marked_by"):
        categorise_cases(snapshot, DECEMBER, marks=marks.drop(columns="marked_by"))


def test_marks_are_compared_in_both_directions(snapshot):
    table = compare_marks(snapshot, DECEMBER)
    found = dict(zip(table["case_no"], table["comparison"], strict=True))
    assert found["（2015）泰山执字第4号"] == "under_marked"
    assert found["（2016）鲁0902执9号"] == "over_marked"
    assert "（2016）鲁0902执1号" not in found


def test_several_petitions_of_one_matter_count_once(snapshot):
    day = datetime.date(2016, 12, 10)
    table = row(build_progress(snapshot, day), "鲁0902", "petition")
    assert (table["backlog"], table["open"]) == (1, 1)


def test_a_petition_on_an_objection_counts_for_the_enforcement_case(snapshot):
    spans = read_spans(snapshot, DECEMBER)
    matter = spans[(spans["category"] == "petition") & (spans["court_code"] == "鲁0902")].iloc[0]
    assert (matter["case_no"], matter["basis"]) == ("（2016）鲁0902执1号", "X1; X2")
    assert matter["resolved_on"] == pd.Timestamp("2016-12-22")


def test_a_petition_after_the_matter_was_resolved_comes_back(january):
    table = row(january.progress, "鲁0902", "petition")
    assert (table["closed"], table["open"], table["came_back"]) == (1, 1, 1)


def test_a_petition_that_thanks_makes_no_petition_case(snapshot):
    claims = pd.DataFrame({
        "petition_id": ["X1", "X2", "X4"], "case_no": ["（2016）鲁0902执1号"] * 2 +
        ["（2016）鲁0911执3号"], "link_confidence": 1.0,
        "allegation": ["none", "not_enforcement", "passive"],
    })  # fmt: skip
    table = categorise_cases(snapshot, datetime.date(2016, 12, 10), claims=claims)
    assert list(table.loc[table["category"] == "petition", "case_no"]) == ["（2016）鲁0911执3号"]
    assert table.loc[table["category"] == "petition", "doubt"].isna().all()


def test_without_claims_a_petition_counts_and_says_that_it_was_not_read(snapshot):
    table = categorise_cases(snapshot, datetime.date(2016, 12, 10))
    assert set(table.loc[table["category"] == "petition", "doubt"]) == {"claims_not_read"}


def test_a_petition_about_a_case_that_had_closed_stands_apart(make_snapshot):
    petitions = (
        "petition_id,received_on,channel,court_code,cited_case_no,text\n"
        "Y1,2016-12-27,来信,鲁0902,（2016）鲁0902执3号,不该终本\n"
    )
    table = row(build_progress(make_snapshot(petitions=petitions), DECEMBER), "鲁0902", "petition")
    assert (table["open"], table["on_closed_cases"]) == (0, 1)


def test_the_order_of_rows_changes_nothing(snapshot, january):
    names = ("courts", "cases", "parties", "events", "petitions", "returns", "return_items")
    mixed = SimpleNamespace(
        inspections=snapshot.inspections,
        **{n: getattr(snapshot, n).sample(frac=1, random_state=3) for n in names},
    )
    pd.testing.assert_frame_equal(
        january.progress, build_progress(mixed, JANUARY), check_dtype=False
    )


@settings(max_examples=8, deadline=None)
@given(day=st.dates(datetime.date(2016, 1, 1), datetime.date(2017, 3, 31)))
def test_nothing_after_the_day_is_seen(snapshot, day):
    spans = read_spans(snapshot, day)
    moment = pd.Timestamp(day)
    for column in ("opened_on", "closed_on", "resolved_on"):
        assert not (spans[column] > moment).any()


def test_the_daily_series_ends_where_the_counts_stand(snapshot):
    series = build_series(snapshot, DECEMBER)
    last = series[series["day"] == pd.Timestamp(DECEMBER)]
    last = last[(last["court_code"] == "鲁0902") & (last["category"] == "livelihood")].iloc[0]
    assert (last["open_old"], last["open_new"], last["closed"], last["inflow"]) == (4, 2, 2, 2)


def test_a_forecast_has_an_interval_and_repeats(snapshot):
    first, again = forecast_clearance(snapshot, DECEMBER), forecast_clearance(snapshot, DECEMBER)
    pd.testing.assert_frame_equal(first, again)
    found = row(first, "鲁0902", "livelihood")
    assert found["clears_early"] < found["clears_on"] < found["clears_late"]
    assert found["net_per_week"] == 0
    assert row(first, "鲁0911", "livelihood")["outlook"] == "stands_still"
    assert row(first, "鲁0911", "party_organ")["outlook"] == "cleared"


def test_a_trend_tells_a_backlog_that_refills(snapshot):
    rounds = {day: build_progress(snapshot, day) for day in (DECEMBER, JANUARY)}
    trend = build_trend(rounds)
    second = trend[trend["as_of"] == pd.Timestamp(JANUARY)]
    assert row(second, "鲁0902", "livelihood")["direction"] == "falling"
    assert row(second, "鲁0902", "livelihood")["open_change"] == -1
    assert row(second, "鲁0902", "livelihood")["backlog_restated"] == 0


def test_a_likely_case_of_a_petition_without_number_counts_with_a_doubt(snapshot):
    claims = pd.DataFrame(
        {
            "petition_id": ["X5"],
            "case_no": [None],
            "link_confidence": [0.78],
            "candidates": ["（2016）鲁0911执2号 (0.78 parties);（2016）鲁0911执3号 (0.48 parties)"],
            "allegation": ["passive"],
        }
    )
    table = categorise_cases(snapshot, DECEMBER, claims=claims)
    found = table[table["basis"] == "X5"].iloc[0]
    assert (found["case_no"], found["doubt"]) == ("（2016）鲁0911执2号", "likely_link")


def test_before_the_campaign_the_old_cases_of_that_day_are_the_backlog(snapshot):
    day = datetime.date(2016, 6, 1)
    table = build_progress(snapshot, day)
    livelihood = row(table, "鲁0902", "livelihood")
    assert (livelihood["backlog"], livelihood["open"], livelihood["closed"]) == (5, 5, 0)
    assert table["on_target"].isna().all()
    assert (table["backlog"] + table["inflow"] == table["closed"] + table["open"]).all()


def test_a_court_without_cases_has_noughts_and_has_nothing_to_miss(january):
    table = row(january.progress, "鲁09", "livelihood")
    assert (table["backlog"], table["open"], table["closed"]) == (0, 0, 0)
    assert (table["target_state"], table["on_target"]) == ("met", "yes")


def test_a_target_reached_only_after_its_day_stays_missed(make_snapshot):
    cases = (
        "case_no,court_code,filed_on,cause,closed_on,closing_manner\n"
        "（2016）鲁0902执1号,鲁0902,2016-02-01,追索劳动报酬纠纷,2017-02-10,执行完毕\n"
    )
    snapshot = make_snapshot(
        cases=cases, parties="case_no,role,name\n", petitions="petition_id,received_on,text\n"
    )
    table = row(build_progress(snapshot, datetime.date(2017, 2, 28)), "鲁0902", "livelihood")
    assert (table["on_target"], table["target_state"]) == ("no", "met_late")
    on_the_day = row(build_progress(snapshot, datetime.date(2017, 1, 31)), "鲁0902", "livelihood")
    assert (on_the_day["on_target"], on_the_day["open"]) == ("no", 1)
