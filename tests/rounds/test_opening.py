"""A notebook that a person opens: the figures of its round's report."""

import tempfile

import pandas as pd
import pytest
import small_round

from audit_lib.errors import BadRound, UnreadableSource
from audit_lib.inspection import load_round
from audit_lib.record import open_snapshot
from audit_lib.rounds import court_folders, court_tables, opening, preparation


def count_in_sight(snapshot, round_, frames):
    """Count what no court can count alone: the cases of all courts that are judged together."""
    courts = snapshot.courts[["court_code"]]
    return courts.assign(backlog=float(len(snapshot.cases)), category="livelihood")


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """Receive the small record with petitions, two of them of no court that is known."""
    folder = tmp_path_factory.mktemp("opened")
    received = small_round.write_record(folder / "received")
    small_round.write_petitions(
        received,
        "X1,,（2016）鲁0902执2号,法院收案后一直不执行。",
        "X2,,（2016）鲁0911执3号,明明有财产却终本。",
        "X4,鲁0902,（2016）鲁0902执1号,法院长期不采取措施。",
    )
    return small_round.receive(received, folder / "snapshot")


@pytest.fixture
def opened(record, notebooks, parameters, monkeypatch):
    """Give what a notebook opened by hand asks with: a round's name, its day, the snapshot."""
    chosen = ("judged", "score", "select")
    steps = {name: preparation.STEPS[name] for name in chosen} | {"series": count_in_sight}
    monkeypatch.setattr(preparation, "STEPS", steps)
    small_round.write_round(parameters / "rounds" / "r1.yaml")
    yield "r1", "2016-12-28", str(record)
    (parameters / "rounds" / "r1.yaml").unlink()


def test_a_notebook_opened_by_hand_says_what_the_round_says(opened, record, parameters, tmp_path):
    round_ = load_round(parameters / "rounds" / "r1.yaml")
    preparation.prepare_round(round_, open_snapshot(record), tmp_path / "round")
    by_hand = court_tables("", "鲁0902", *opened).frames
    of_round = court_tables(str(tmp_path / "round" / "鲁0902"), "鲁0902", *opened).frames
    assert by_hand.keys() == of_round.keys()
    for name, frame in of_round.items():
        pd.testing.assert_frame_equal(by_hand[name], frame)
    assert by_hand["series"]["backlog"].to_list() == [12.0]


def test_an_overview_opened_by_hand_has_every_court(opened, monkeypatch):
    monkeypatch.setattr(preparation, "STEPS", small_round.STEPS)
    folders = court_folders("", *opened)
    assert [folder.name for folder in folders] == sorted(small_round.COURTS)
    assert len(court_tables(str(folders[1]), "鲁0902", *opened)["cases"]) == 4


def test_nothing_of_the_record_is_left_where_a_court_was_judged(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(preparation, "STEPS", small_round.STEPS)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    tables = court_tables("", "鲁0902", *opened)
    assert sorted(tables["petitions"]["petition_id"]) == ["X1", "X4"]
    assert list((tmp_path / "own").iterdir()) == []


def test_an_account_that_may_not_read_a_neighbour_is_told_where_to_look(opened, monkeypatch):
    real = opening.os.access
    monkeypatch.setattr(
        opening.os, "access", lambda path, mode: "鲁0911" not in str(path) and real(path, mode)
    )
    with pytest.raises(UnreadableSource, match=r"may not read all courts .*\n.*inspection desk"):
        court_tables("", "鲁0902", *opened)


def test_another_day_or_court_than_the_rounds_is_refused(opened, monkeypatch):
    monkeypatch.setattr(preparation, "STEPS", small_round.STEPS)
    name, day, snapshot = opened
    with pytest.raises(BadRound, match="as of 2016-12-28, not of 2017-01-28"):
        court_tables("", "鲁0902", name, "2017-01-28", snapshot)
    tables = court_folders("", *opened)[2]
    with pytest.raises(BadRound, match="holds the tables of 鲁0911, not of 鲁0902"):
        court_tables(str(tables), "鲁0902", name, day, snapshot)
