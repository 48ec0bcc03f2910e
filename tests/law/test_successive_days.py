"""Three days of one record: card, trend and forecast are what plain pandas counts by hand."""

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from audit_lib.law import build_card, check_snapshot, forecast_terms
from audit_lib.law.suspicion import load_reliability
from audit_lib.record import compare_snapshots, ingest_sources, open_snapshot
from audit_lib.record.sample import make_sample

DAYS = (date(2016, 9, 28), date(2016, 11, 28), date(2016, 12, 28))
RULES = (
    "exec_notice_10d", "close_any_6m", "verify_clue_5d", "network_query_start_5d_param",
    "funds_payout_1m_old", "seizure_lapsed", "zb_database_7d", "property_report_default_listing",
)  # fmt: skip


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Hold one invented story as received on three days."""
    folder, held = tmp_path_factory.mktemp("days"), {}
    for day in DAYS:
        make_sample(folder / f"given-{day}", day=day, courts=2, cases=100, seed=7)
        ingest_sources([str(folder / f"given-{day}")], folder / str(day), day)
        held[day] = open_snapshot(folder / str(day))
    return held


@pytest.fixture(scope="module")
def findings(story):
    return {day: check_snapshot(s, day, everything=True, rules=RULES) for day, s in story.items()}


def share_met(findings, court, duty):
    """Count by hand what part of the obligations whose time has come was met in time."""
    rows = findings[findings["court_code"].eq(court) & findings["duty"].eq(duty)]
    outcomes = rows["outcome"].tolist()
    done = sum(outcome == "met" for outcome in outcomes)
    due = sum(outcome in ("met", "late", "overdue", "breached") for outcome in outcomes)
    return done / due if due else None


def test_the_trend_of_a_card_is_the_difference_of_what_each_day_shows(findings):
    compared = 0
    for before, after in pairwise(DAYS):
        card = build_card(findings[after], findings[before])
        for row in card.itertuples():
            old, new = (share_met(findings[d], row.court_code, row.duty) for d in (before, after))
            assert pd.isna(row.share_met) if new is None else row.share_met == new
            if old is None or new is None:
                assert pd.isna(row.change)
            else:
                assert row.change == pytest.approx(new - old)
                compared += row.change != 0
    assert compared > 5


def test_the_terms_that_end_soon_are_those_that_a_person_would_list(story, sample_snapshot):
    settings, listed = load_reliability().forecast, 0
    for day, snapshot in [*story.items(), (DAYS[-1], sample_snapshot)]:
        events = snapshot.events[snapshot.events["day"].dt.date <= day]
        cases = snapshot.cases.set_index("case_no")
        wanted = []
        for row in events[events["event"].isin(settings.events)].itertuples():
            if pd.isna(row.until) or not 0 <= (row.until.date() - day).days <= 90:
                continue
            case = cases.loc[row.case_no]
            closed = pd.notna(case["closed_on"]) and case["closed_on"].date() <= day
            if closed and case["closing_manner"] in ("completed", "cancelled"):
                continue
            subject = row.asset_id if pd.notna(row.asset_id) else row.party
            later = events[events["case_no"].eq(row.case_no) & events["day"].ge(row.day)
                           & events["event"].isin(settings.ended_by)
                           & (events.index != row.Index)]  # fmt: skip
            of_it = later["asset_id"].fillna(later["party"]).fillna("")
            if not of_it.eq("" if pd.isna(subject) else subject).any():
                left = (row.until.date() - day).days
                wanted.append((row.case_no, row.event, left, 30 * max(1, -(-left // 30))))
        found = forecast_terms(snapshot, day)
        columns = ["case_no", "event", "days_left", "within"]
        assert sorted(wanted) == sorted(found[columns].itertuples(index=False, name=None))
        assert (found["ends_on"] - pd.Timestamp(day)).dt.days.tolist() == found[
            "days_left"
        ].tolist()
        listed += len(found)
    assert listed >= 3


def test_what_vanished_or_moved_between_two_days_is_named_with_both_rows(story):
    for before, after in pairwise(DAYS):
        changes = compare_snapshots(story[before], story[after], ["events"])
        added = changes[changes["what"].eq("added")]
        gone = changes[changes["what"].eq("removed")]
        kept = len(story[before].events) - len(gone)
        assert len(story[after].events) == kept + len(added)
        assert gone["earlier_row"].notna().all()
        assert added["later_row"].notna().all()
