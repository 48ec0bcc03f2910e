"""A rule that fires on most is suspect, and the card of a court has its trend."""

from datetime import date, timedelta

import pandas as pd
import pytest

from audit_lib.law import build_card, build_trend, count_outcomes, find_suspect_rules
from audit_lib.law.suspicion import load_reliability


def counts(**outcomes):
    rows = [("鲁0902", "exec_notice_10d", outcome, n) for outcome, n in outcomes.items()]
    return pd.DataFrame(rows, columns=["court_code", "rule", "outcome", "n"])


def test_a_rule_that_fires_on_most_of_what_it_binds_is_suspect():
    found = find_suspect_rules(counts(met=20, overdue=50, late=30))
    assert found["share"].tolist() == [0.8, 0.8]
    assert found["court_code"].fillna("all").tolist() == ["all", "鲁0902"]
    assert find_suspect_rules(counts(met=21, overdue=79)).empty


def test_what_nobody_can_tell_makes_no_rule_suspect_nor_do_a_few_cases():
    assert find_suspect_rules(counts(unknown=1000, running=1000, overdue=29)).empty
    assert len(find_suspect_rules(counts(unknown=1000, running=1000, overdue=30))) == 2


def test_findings_one_row_an_obligation_are_counted_alike():
    listed = counts(met=20, overdue=80)
    rows = listed.loc[listed.index.repeat(listed["n"])].drop(columns="n")
    columns = ["rule", "fired", "decided", "share"]
    by_row, by_count = find_suspect_rules(rows), find_suspect_rules(listed)
    assert by_row[columns].values.tolist() == by_count[columns].values.tolist()


@pytest.fixture(scope="module")
def trend(sample_snapshot, sample_day, sample_findings):
    return build_trend(sample_snapshot, sample_day, sample_findings)


def test_the_trend_ends_with_the_card_of_the_audit_day(trend, sample_findings, sample_day):
    last = trend[trend["as_of"].eq(pd.Timestamp(sample_day))].reset_index(drop=True)
    card = build_card(sample_findings)
    columns = [c for c in card.columns if c != "change"]
    pd.testing.assert_frame_equal(last[columns], card[columns])


def test_the_trend_has_each_day_back_and_the_change_since_the_day_before(trend, sample_day):
    days = sorted(trend["as_of"].dt.date.unique())
    assert days == [sample_day - timedelta(days=n) for n in
                    sorted({0, *load_reliability().trend.days_back}, reverse=True)]  # fmt: skip
    for _, rows in trend.groupby(["court_code", "duty"]):
        assert rows["change"].round(9).equals(rows["share_met"].diff().round(9))


def test_counts_of_outcomes_are_those_of_the_rows(sample_snapshot, sample_day, sample_findings):
    counted = count_outcomes(sample_snapshot, sample_day)
    rows = sample_findings.groupby(["rule", "outcome"]).size()
    assert counted.groupby(["rule", "outcome"])["n"].sum().to_dict() == rows.to_dict()


def test_a_first_day_before_any_case_gives_an_empty_trend(sample_snapshot):
    early = build_trend(sample_snapshot, date(2004, 6, 1))
    assert early.empty or early["due"].eq(0).all()
