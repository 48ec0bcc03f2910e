"""What inspectors decided goes back into the record as the courts' own table."""

import datetime
import shutil

import pandas as pd
from click.testing import CliRunner

from audit_lib.cli import main
from audit_lib.desk.export import build_inspections, write_inspections
from audit_lib.desk.store import Store
from audit_lib.inspection import check_rectification, read_outcomes
from audit_lib.inspection.musts import list_musts
from audit_lib.record import ingest_sources, open_snapshot

ROUND, COURT = "2017-01", "鲁0902"
FOUND = {"examined": ["passive", "funds"], "inspected_on": "2016-12-20", "note": "=未处置，见卷"}


def write(store, case_no, **body):
    return store.save("decision", ROUND, COURT, case_no, "督查员甲", FOUND | body, 0)


def follow_up(read, cases, data):
    """See what was decided make risk, must and rectification of the next round."""
    later = datetime.date(2017, 2, 15)
    outcomes = read_outcomes(read, before=later).set_index(["case_no", "issue"])["state"]
    assert outcomes[cases[0], "passive"] == "found"
    assert outcomes[cases[1], "passive"] == "not_found"
    assert outcomes[cases[2], "funds"] == "disputed"
    musts = list_musts(later, inspections=read).set_index("case_no")["because"].to_dict()
    assert musts == {cases[0]: "rectification_overdue"}
    states = check_rectification(read, data.court(COURT)["check"], later)
    assert set(states["case_no"]) == {cases[0]} and set(states["rectification"]) == {"overdue"}


def test_an_exported_decision_is_read_back_by_ingest_and_followed_up(
    tmp_path, root, snapshot, data
):
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
    follow_up(read, cases, data)
    store.close()


def test_the_command_writes_the_decisions_of_a_round(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'd.sqlite'}"
    store = Store(url)
    write(store, "（2016）鲁0902执1号", issues=["funds"])
    store.close()
    monkeypatch.setenv("AUDIT_DESK_URL", url)
    out = tmp_path / "inspections.csv"
    done = CliRunner().invoke(main, ["desk", "--export", ROUND, "--out", str(out)])
    assert done.exit_code == 0 and "1行" in done.output
    text = out.read_text(encoding="utf-8-sig")
    assert "（2016）鲁0902执1号" in text and "\n=" not in text and ",=" not in text


def test_the_command_refuses_half_of_what_belongs_together():
    for given in (["--share"], ["--prepare", ROUND], ["--export", ROUND], ["--out", "x.csv"]):
        assert CliRunner().invoke(main, ["desk", *given]).exit_code == 2
