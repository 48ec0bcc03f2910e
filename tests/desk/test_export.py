"""What inspectors decided goes back into the record as the courts' own table."""

import datetime
import shutil

import pandas as pd

from audit_lib.desk.export import build_inspections, write_inspections
from audit_lib.desk.store import Store
from audit_lib.record import ingest_sources, open_snapshot

ROUND, COURT = "2017-01", "鲁0902"
FOUND = {"examined": ["passive", "funds"], "inspected_on": "2016-12-20", "note": "=未处置，见卷"}


def write(store, case_no, **body):
    return store.save("decision", ROUND, COURT, case_no, "督查员甲", FOUND | body, 0)


def test_an_exported_decision_is_read_back_by_ingest_unchanged(tmp_path, root, snapshot):
    cases = sorted(open_snapshot(snapshot, [COURT]).cases["case_no"])[:3]
    store = Store(f"sqlite:///{tmp_path / 'd.sqlite'}")
    write(store, cases[0], issues=["passive", "funds"], rectify_by="2017-01-31")
    write(store, cases[1], issues=[], note="")
    write(store, cases[2], issues=["funds"], selected_as="random", probability=0.25)
    store.save("dispute", ROUND, COURT, cases[2], COURT, {"note": "案款已发放"}, 1)
    received = tmp_path / "received"
    shutil.copytree(root / "data" / "sample", received)
    (received / "inspections.csv").unlink()
    entries = store.entries(ROUND)
    write_inspections(entries, received / "inspections.csv")
    done = ingest_sources([str(received)], tmp_path / "again", datetime.date(2016, 12, 28))
    problems = done.problems
    assert problems[problems["table"] == "inspections"].empty
    read = open_snapshot(tmp_path / "again").inspections
    wanted = build_inspections(entries)
    assert len(read) == len(wanted) == 4
    for column in ("case_no", "round", "inspector", "issue", "status", "examined", "reason"):
        got = read.sort_values(["case_no", "issue"])[column].fillna("").tolist()
        assert got == wanted.sort_values(["case_no", "issue"])[column].fillna("").tolist(), column
    disputed = read[read["case_no"] == cases[2]].iloc[0]
    assert disputed["status"] == "disputed" and disputed["probability"] == 0.25
    assert read["rectify_by"].dropna().unique() == pd.Timestamp("2017-01-31")
    store.close()
