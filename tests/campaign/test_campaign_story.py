"""Three rounds of one invented story: progress, slippage, false returns and proposals change."""

import csv
import datetime
from types import SimpleNamespace

import pytest

from audit_lib.campaign import (
    build_progress,
    build_trend,
    check_returns,
    propose_interviews,
    read_spans,
)  # fmt: skip
from audit_lib.inspection import load_round
from audit_lib.parameters import parameters_folder
from audit_lib.record import ingest_sources, open_snapshot
from audit_lib.record.sample import make_sample

ROUNDS = ("2016-12", "2017-01", "2017-03")
CLAIMS, LATE, SLOW, COPIES = "鲁0923", "鲁0921", ("鲁0911", "鲁0982"), "鲁0991"
#: Without the petitions room no petition is read; what it decides is tested there.
READ = ("livelihood", "party_organ")


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Each round's record, judged, and what was planted in it."""
    root, rounds = tmp_path_factory.mktemp("story"), {}
    for name in ROUNDS:
        round_ = load_round(parameters_folder() / "rounds" / f"{name}.yaml")
        day = round_.as_of
        make_sample(root / f"in-{name}", day=day, courts=8, cases=200, seed=2016)
        ingest_sources([root / f"in-{name}"], root / name, day=day)
        snapshot = open_snapshot(root / name)
        spans = read_spans(snapshot, day)
        faults = check_returns(snapshot, day, spans=spans)
        progress = build_progress(snapshot, day, spans=spans, faults=faults)
        proposals = propose_interviews(
            snapshot, day, progress, faults, round_.interviews, round_.declined
        )
        with (root / f"in-{name}" / "planted.csv").open(encoding="utf-8-sig", newline="") as file:
            planted = list(csv.DictReader(file))
        rounds[name] = SimpleNamespace(
            day=day, faults=faults, progress=progress, planted=planted, proposals=proposals
        )
    return rounds


def planted(round_, fault):
    """What was planted, as (case, month, category)."""
    found = set()
    for row in round_.planted:
        if row["fault"] == fault:
            category, month = row["detail"].split(":")[0].split(" ")
            if category in READ:
                found.add((row["case_no"], month, category))
    return found


def found(round_, fault):
    rows = round_.faults[round_.faults["fault"].eq(fault) & round_.faults["category"].isin(READ)]
    return set(zip(rows["case_no"], rows["month"], rows["category"], strict=True))


@pytest.mark.parametrize("name", ROUNDS)
def test_every_planted_false_return_is_found_and_none_other(story, name):
    round_ = story[name]
    assert planted(round_, "false_return") == found(round_, "hidden_case") != set()
    assert planted(round_, "vanished_case") == found(round_, "vanished_case")
    differ = round_.faults[round_.faults["fault"].isin(["open_count_differs", "hidden_case"])]
    assert set(differ.loc[differ["category"].isin(READ), "court_code"]) == {CLAIMS}


@pytest.mark.parametrize("name", ROUNDS)
def test_every_slipped_promise_copied_reason_and_late_return_is_found(story, name):
    round_ = story[name]
    assert planted(round_, "slipped_promise") == found(round_, "slipped_promise")
    copied = round_.faults[round_.faults["fault"].eq("copied_reason")]
    # In a list of two cases likeness may be chance, and the finding says so.
    assert set(copied.loc[copied["doubt"].isna(), "court_code"]) <= {COPIES}
    late = round_.faults[round_.faults["fault"].eq("late_return")]
    said = {tuple(r["detail"].split(" ")) for r in round_.planted if r["fault"] == "late_return"}
    assert set(zip(late["court_code"], late["month"], strict=True)) == said


def test_progress_goes_on_from_round_to_round(story):
    trend = build_trend({r.day: r.progress for r in story.values()})
    closed = trend.groupby("as_of")["closed"].sum().tolist()
    left = trend.groupby("as_of")["open_old"].sum().tolist()
    assert closed == sorted(closed) and closed[-1] > closed[0]
    assert left == sorted(left, reverse=True) and left[-1] < left[0]
    # Nobody rewrote the past: the backlog of the baseline day is counted alike each time.
    assert (trend["backlog_restated"].dropna() == 0).all()


def test_promises_slip_more_from_round_to_round(story):
    slips = [int(r.faults["fault"].eq("slipped_promise").sum()) for r in story.values()]
    assert slips[0] == 0 < slips[1] < slips[2]


def test_the_proposals_change_with_the_story(story):
    def proposed(name, trigger):
        table = story[name].proposals
        return set(table.loc[table["trigger"].eq(trigger), "court_code"])

    assert all(CLAIMS in proposed(name, "false_return") for name in ROUNDS)
    # Targets are judged once their day has come: organs by January, livelihood by March.
    assert proposed("2016-12", "missed_target") == set()
    missed = [
        set(story[n].proposals.query("trigger == 'missed_target'")["category"]) for n in ROUNDS[1:]
    ]
    assert "livelihood" not in missed[0] and "livelihood" in missed[1]
    assert [LATE in proposed(name, "late_return") for name in ROUNDS] == [False, True, True]
    assert proposed("2016-12", "slipped_promise") == set()
    assert proposed("2017-03", "slipped_promise") & set(SLOW)


def test_what_a_person_decided_stands_beside_the_proposal(story):
    january = story["2017-01"].proposals.drop_duplicates("court_code").set_index("court_code")
    assert january.loc[CLAIMS, "decision"] == "called"
    assert january.loc[LATE, ["decision", "decision_reason"]].tolist() == [
        "declined", "月报迟报系首次，已书面说明",
    ]  # fmt: skip
    assert story["2017-01"].day == datetime.date(2017, 1, 28)
