"""A notebook that a person opens: the figures of the round, judged once."""

import os
import shutil

import pandas as pd
import pytest
import small_round

from audit_lib.errors import BadRound
from audit_lib.inspection import load_round
from audit_lib.record import open_snapshot
from audit_lib.rounds import court_folders, court_tables, kept, preparation
from audit_lib.rounds.settings import load_settings

ALL_STEPS = preparation.STEPS


@pytest.fixture
def small_steps(monkeypatch):
    """Judge next to nothing."""
    monkeypatch.setattr(preparation, "STEPS", small_round.STEPS)


@pytest.fixture
def opened(snapshot, notebooks, parameters, small_steps):
    """Give what a notebook opened by hand asks with: a round's name, its day, the snapshot."""
    small_round.write_round(parameters / "rounds" / "r1.yaml")
    yield "r1", "2016-12-28", str(snapshot)
    (parameters / "rounds" / "r1.yaml").unlink()


def _kept(notebooks):
    return sorted(p.name for p in (notebooks.parent / "data" / "prepared").iterdir() if p.is_dir())


def test_a_notebook_opened_by_hand_says_what_the_round_says(opened, snapshot, parameters, tmp_path):
    round_ = load_round(parameters / "rounds" / "r1.yaml")
    preparation.prepare_round(round_, open_snapshot(snapshot), tmp_path / "round")
    for court in small_round.COURTS:
        by_hand = court_tables("", court, *opened).frames
        of_round = court_tables(str(tmp_path / "round" / court), court, *opened).frames
        assert by_hand.keys() == of_round.keys()
        for name, frame in of_round.items():
            pd.testing.assert_frame_equal(by_hand[name], frame)


def test_what_was_judged_once_is_only_read(opened, notebooks, monkeypatch):
    first = court_tables("", "鲁0902", *opened)
    monkeypatch.setattr(preparation, "prepare_batch", None)
    again, all_courts = court_tables("", "鲁0911", *opened), court_folders("", *opened)
    assert (first.facts.court_code, again.facts.court_code) == ("鲁0902", "鲁0911")
    assert [folder.name for folder in all_courts] == sorted(small_round.COURTS)
    assert len(_kept(notebooks)) == 1


def test_a_changed_record_or_rule_is_judged_anew(opened, notebooks, tmp_path, monkeypatch):
    name, day, _ = opened
    court_tables("", "鲁0902", *opened)
    other = small_round.make_snapshot(tmp_path / "later", extra="机动车交通事故责任纠纷")
    assert len(court_tables("", "鲁0902", name, day, str(other))["cases"]) == 5
    monkeypatch.setattr(kept, "hash_parameters", lambda: {"law/rules.yaml": "another"})
    court_tables("", "鲁0902", *opened)
    assert len(_kept(notebooks)) == 3


def test_tables_half_made_are_not_used(opened, notebooks, monkeypatch):
    real = preparation.prepare_batch

    def dies(*given):
        real(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(preparation, "prepare_batch", dies)
    with pytest.raises(KeyboardInterrupt):
        court_tables("", "鲁0902", *opened)
    assert _kept(notebooks) == []
    monkeypatch.setattr(preparation, "prepare_batch", real)
    court_tables("", "鲁0902", *opened)
    (folder,) = _kept(notebooks)
    # As a machine that lost its power leaves it: the folder, without the mark of the end.
    made = notebooks.parent / "data" / "prepared" / folder
    (made / "complete").unlink()
    shutil.rmtree(made / "鲁0902")
    assert len(court_tables("", "鲁0902", *opened)["cases"]) == 4


def test_the_tables_opened_last_stay(opened, notebooks, monkeypatch):
    settings = load_settings()
    few = settings.preparation.model_copy(update={"kept": 1})
    monkeypatch.setattr(
        kept, "load_settings", lambda: settings.model_copy(update={"preparation": few})
    )
    court_tables("", "鲁0902", *opened)
    (first,) = _kept(notebooks)
    monkeypatch.setattr(kept, "hash_library", lambda: {"law/engine.py": "another"})
    court_tables("", "鲁0902", *opened)
    (second,) = _kept(notebooks)
    assert first != second


def test_where_nothing_may_be_written_the_tables_are_this_process_own(
    opened, notebooks, monkeypatch
):
    (notebooks.parent / "data").write_text("a file where the folder should be")
    tables = court_tables("", "鲁0902", *opened)
    assert len(tables["cases"]) == 4
    assert not kept.kept_folder().is_relative_to(notebooks.parent)


def test_an_account_that_may_not_read_a_neighbour_is_told(opened, snapshot, monkeypatch):
    real = os.access
    monkeypatch.setattr(
        kept.os, "access", lambda path, mode: "鲁0911" not in str(path) and real(path, mode)
    )
    with pytest.warns(UserWarning, match="只能读取部分法院"):
        assert len(court_tables("", "鲁0902", *opened)["cases"]) == 4
    with pytest.raises(kept.UnreadableSource, match="may not read the cases of 鲁0911"):
        court_tables("", "鲁0911", *opened)


def test_another_day_than_the_rounds_is_refused(opened):
    name, _, snapshot = opened
    with pytest.raises(BadRound, match="as of 2016-12-28, not of 2017-01-28"):
        court_tables("", "鲁0902", name, "2017-01-28", snapshot)
