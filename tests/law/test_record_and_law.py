"""A whole record against the law: batches, threads, order, courts alone, and the real cases."""

import csv
from datetime import date

import pandas as pd
import pytest

from audit_lib.law import check_snapshot, measure_silence
from audit_lib.law.card import build_card, forecast_terms
from audit_lib.law.court_log import batches
from audit_lib.law.reliability import check_reliability
from audit_lib.law.termination import list_conditions
from audit_lib.record import ingest_sources, open_snapshot, parse_case_no

DAY = date(2016, 12, 28)


def test_a_court_alone_gives_what_it_gives_among_others(sample_snapshot, sample_findings):
    court = sample_snapshot.court_codes[1]
    alone = check_snapshot(sample_snapshot.only([court]), DAY, everything=True, threads=1)
    among = sample_findings[sample_findings["court_code"].eq(court)].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among)


def test_the_order_of_rows_and_the_threads_change_nothing(
    sample_snapshot, sample_findings, root, tmp_path
):
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for path in sorted((root / "data" / "sample").glob("*.csv")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame.sample(frac=1, random_state=7).to_csv(shuffled / path.name, index=False)
    ingest_sources([str(shuffled)], tmp_path / "record", DAY)
    other = check_snapshot(open_snapshot(tmp_path / "record"), DAY, everything=True, threads=2)
    keys = ["case_no", "rule", "subject", "outcome", "started_on", "due_on", "done_on"]
    same = [frame[keys].sort_values(keys, ignore_index=True) for frame in (sample_findings, other)]
    pd.testing.assert_frame_equal(*same)


def test_no_finding_is_without_article_and_record_row(sample_findings):
    flagged = sample_findings[sample_findings["outcome"].isin(["late", "overdue", "breached"])]
    assert len(flagged)
    assert flagged["article"].str.startswith("第").any()
    for column in ("source", "article", "evidence"):
        assert flagged[column].fillna("").str.len().gt(0).all()
    assert flagged["evidence"].str.contains(r"\.csv#\d+").all()


def test_a_batch_never_splits_a_court(sample_snapshot):
    grouped = list(batches(sample_snapshot))
    assert sorted(court for group in grouped for court in group) == sorted(
        sample_snapshot.court_codes
    )


def test_silence_is_measured_for_open_cases_and_net_of_pauses(sample_snapshot):
    silence = measure_silence(sample_snapshot, DAY)
    opened = sample_snapshot.cases[sample_snapshot.cases["closed_on"].isna()]
    assert set(silence["case_no"]) <= set(opened["case_no"])
    span = (silence["silent_until"] - silence["silent_from"]).dt.days
    assert (silence["silent_days"] + silence["paused_days"] == span).all()
    assert (silence["current_days"] <= silence["silent_days"]).all()


def test_the_page_of_a_termination_agrees_with_the_findings(sample_snapshot, sample_findings):
    page = list_conditions(sample_snapshot, DAY)
    page = page[page["rule"].notna()]
    missing = set(
        page.loc[page["state"].eq("missing"), ["case_no", "rule"]].itertuples(
            index=False, name=None
        )
    )
    rules = set(page["rule"])
    breached = sample_findings[
        sample_findings["rule"].isin(rules) & sample_findings["outcome"].eq("breached")
    ]
    assert missing == set(breached[["case_no", "rule"]].itertuples(index=False, name=None))


def test_the_card_has_six_duties_a_court_and_shares_that_add_up(sample_findings):
    card = build_card(sample_findings)
    assert card.groupby("court_code").size().eq(6).all()
    shares = card[["share_met", "share_late", "share_outstanding"]].sum(axis=1)
    assert shares[card["due"] > 0].round(9).eq(1).all()


def test_a_term_that_ends_soon_is_forecast_once(sample_snapshot):
    terms = forecast_terms(sample_snapshot, DAY)
    assert terms["days_left"].between(0, 90).all()
    assert set(terms["within"].dropna()) <= {30, 60, 90}


def test_what_speaks_against_the_record_names_its_rows(sample_snapshot):
    found = check_reliability(sample_snapshot, DAY)
    assert set(found["kind"]) <= {"late_keyed", "burst", "order", "identical", "never_recorded"}
    assert found.loc[found["kind"].eq("late_keyed"), "evidence"].str.contains("#").all()


@pytest.mark.shared
def test_the_real_cases_are_judged_as_their_sources_say(shared_data, tmp_path):
    ingest_sources([str(shared_data / "real_cases")], tmp_path / "real", date(2026, 6, 30))
    snapshot = open_snapshot(tmp_path / "real")
    with open(shared_data / "real_cases" / "expected.csv", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    wrong = []
    for day in sorted({row["as_of"] for row in rows}):
        judged = {str(parse_case_no(row["case_no"])) for row in rows if row["as_of"] == day}
        courts = snapshot.cases.loc[snapshot.cases["case_no"].isin(judged), "court_code"]
        found = check_snapshot(snapshot.only(sorted(set(courts))), date.fromisoformat(day))
        for row in (r for r in rows if r["as_of"] == day):
            case = found[found["case_no"].eq(str(parse_case_no(row["case_no"])))]
            forbidden = set(row["must_not_rules"].split(";")) & set(case["rule"])
            themes = row["theme"].split(";")
            if forbidden:
                wrong.append((row["case_no"], forbidden))
            if row["confidence"] != "high":
                continue
            if row["expect"] == "flag" and row["rule_hint"] not in set(case["rule"]):
                wrong.append((row["case_no"], row["rule_hint"]))
            if row["expect"] == "no_flag" and case["theme"].isin(themes).any():
                wrong.append((row["case_no"], themes))
    assert not wrong
