"""Snapshots: whole or not at all, never overwritten, the same bytes again, altered ones refused."""

import json
import os
import subprocess
import sys
from datetime import date

import duckdb
import pandas as pd
import pytest
from good_record import DAY, GOOD, write_good

from audit_lib.errors import BadSnapshot, CannotWrite, UnknownCode
from audit_lib.record import ingest_sources, load_tables, open_snapshot, storing, verify_snapshot


def tree(path):
    return {p.relative_to(path): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_the_same_inputs_give_the_same_bytes(good, ingest):
    assert tree(ingest(good).path) == tree(ingest(good).path)


def test_sorting_out_of_core_gives_the_same_bytes(good, ingest, monkeypatch):
    in_memory = tree(ingest(good).path)
    monkeypatch.setattr(storing, "_IN_MEMORY", 0)
    assert tree(ingest(good).path) == in_memory


def test_the_order_of_rows_across_cases_changes_nothing_but_the_row_numbers(tmp_path, ingest):
    header, *rows = GOOD["cases"].splitlines(True)
    turned = write_good(tmp_path / "turned", cases="".join([header, *reversed(rows)]))
    a = open_snapshot(ingest(write_good(tmp_path / "a")).path).cases
    b = open_snapshot(ingest(turned).path).cases
    pd.testing.assert_frame_equal(a.drop(columns=["source_row"]), b.drop(columns=["source_row"]))


def test_every_column_is_there_with_its_type(good, ingest):
    snapshot = open_snapshot(ingest(good).path)
    kinds = {"date": "datetime64[us]", "timestamp": "datetime64[us]", "yuan": "float64",
             "share": "float64", "integer": "Int64", "row": "int64"}  # fmt: skip
    for name, table in load_tables().items():
        frame = getattr(snapshot, name)
        assert list(frame.columns) == list(table.stored())
        for column, kind in table.stored().items():
            assert str(frame[column].dtype) == kinds.get(kind, "str"), (name, column)
    first = snapshot.cases.iloc[0]
    assert (
        first["case_no"] == "（2016）鲁0902执1号"
        and first["marked_category"] == "livelihood;petition"
    )
    assert (first["case_year"], first["case_kind"], first["case_serial"]) == (2016, "执", 1)
    assert first["old_style"] == "no" and first["filed_on"] == pd.Timestamp(2016, 3, 1)
    assert snapshot.columns_given("events") == set(load_tables()["events"].columns) - {
        "asset_kind", "until", "document_no", "operator"
    }  # fmt: skip


def test_one_court_sees_only_its_own_rows(tmp_path, ingest):
    cases = GOOD["cases"] + "（2016）鲁09执5号,鲁09,,2016-05-01,,,,,,,\n"
    petitions = GOOD["petitions"] + "X2,2016-10-02,来信,,钱某,,某县法院,,没有执行。,,\n"
    source = write_good(tmp_path / "s", cases=cases, petitions=petitions)
    snapshot = open_snapshot(ingest(source).path)
    assert snapshot.court_codes == ["鲁09", "鲁0902"] and len(snapshot.petitions) == 2
    lower = snapshot.only(["鲁09"])
    assert lower.cases["case_no"].tolist() == ["（2016）鲁09执5号"]
    assert len(lower.events) == 0 and len(lower.petitions) == 0
    assert lower.courts["court_code"].tolist() == ["鲁09"]
    assert len(open_snapshot(snapshot.path, courts=["鲁0902"]).petitions) == 1
    assert lower.fingerprint() != snapshot.fingerprint()
    with pytest.raises(UnknownCode, match="鲁0903"):
        snapshot.only(["鲁0903"])


def test_duckdb_reads_the_files_even_of_an_empty_table(tmp_path, ingest):
    snapshot = open_snapshot(ingest(write_good(tmp_path / "s", returns="")).path)
    for table, rows in (("events", 3), ("returns", 0)):
        count = duckdb.sql(
            "select count(*), count(court_code) from read_parquet($files)",
            params={"files": snapshot.files(table)},
        ).fetchall()
        assert count == [(rows, rows)]


def test_a_snapshot_is_never_overwritten(good, ingest, tmp_path):
    path = ingest(good, name="day").path
    before = tree(path)
    with pytest.raises(CannotWrite, match="never overwritten"):
        ingest(good, name="day")
    assert tree(path) == before
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="is no folder"):
        ingest(good, name="file")
    (tmp_path / "empty").mkdir()
    assert ingest(good, name="empty").path.is_dir()


def test_a_failure_while_writing_leaves_nothing(good, ingest, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storing, "write_parquet", full)
    with pytest.raises(CannotWrite, match="No space left"):
        ingest(good, name="day")
    assert [p.name for p in tmp_path.iterdir()] == ["good"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs a tiny tmpfs")
def test_a_full_disk_is_one_clear_message(good, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", small], check=True,
                       capture_output=True)  # fmt: skip
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        with pytest.raises(CannotWrite):
            ingest_sources(good, small / "day", DAY)
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda p: (p / "manifest.json").unlink(), "no manifest"),
        (lambda p: (p / "manifest.json").write_text("{"), "cannot be read"),
        (lambda p: (p / "manifest.json").write_text('{"format": "x"}'), "not of the form"),
        (lambda p: (p / "problems.csv").unlink(), "`problems.csv` is missing"),
        (lambda p: (p / "events/court_code=鲁0902/part-0.parquet").unlink(), "is missing"),
        (lambda p: (p / "courts/part-0.parquet").write_bytes(b"PAR1"), "was altered"),
    ],
)
def test_an_altered_snapshot_is_refused(spoil, message, good, ingest):
    path = ingest(good).path
    spoil(path)
    with pytest.raises(BadSnapshot, match=message) as caught:
        open_snapshot(path)
    assert "audit ingest" in str(caught.value)


def test_an_altered_manifest_is_refused(good, ingest):
    path = ingest(good).path
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    manifest["day"] = "2016-12-27"
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BadSnapshot, match="json was altered"):
        open_snapshot(path)


def test_one_flipped_byte_is_found(good, ingest):
    path = ingest(good).path
    assert verify_snapshot(path) == []
    file = path / "events" / "court_code=鲁0902" / "part-0.parquet"
    data = bytearray(file.read_bytes())
    data[60] ^= 1
    file.write_bytes(bytes(data))
    (path / "extra.txt").write_text("")
    assert verify_snapshot(path) == [
        "events/court_code=鲁0902/part-0.parquet was altered",
        "extra.txt does not belong to the snapshot",
    ]
    with pytest.raises(BadSnapshot, match="altered or is damaged"):
        _ = open_snapshot(path).events


def test_a_folder_that_is_not_there_is_one_clear_message(tmp_path):
    with pytest.raises(BadSnapshot, match="no such folder"):
        open_snapshot(tmp_path / "none")


def test_the_day_is_given_or_named_or_the_last_of_the_record(tmp_path, ingest):
    events = GOOD["events"] + "（2016）鲁0902执1号,联系告知申请人,2106-03-06,,,,,,\n"
    source = write_good(tmp_path / "s", events=events)
    given = ingest(source, day=DAY)
    named = ingest(source, day=None, name="2016-12-30")
    latest = ingest(source, day=None, name="record")
    assert [(r.day, r.day_from) for r in (given, named, latest)] == [
        (DAY, "given"), (date(2016, 12, 30), "folder"), (date(2016, 11, 27), "latest")
    ]  # fmt: skip
    assert latest.problems["reason"].tolist() == ["future_date"]


def test_opening_a_snapshot_does_not_load_what_only_ingest_needs():
    code = (
        "import sys, audit_lib.record as r; r.open_snapshot; "
        "print([m for m in ('pandera', 'sqlalchemy', 'openpyxl', 'duckdb') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
