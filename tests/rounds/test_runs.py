import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import small_round

from audit_lib.errors import AuditError, BadRound, BadSnapshot, CannotWrite
from audit_lib.rounds import verify_round
from audit_lib.rounds.ledger import RoundIsRunning, hold_lock, read_ledger

COURTS = sorted(small_round.COURTS)


ENVIRONMENT = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}


def write_script(folder: Path, round_file, snapshot, out, workers: int) -> Path:
    """Write a program that runs the small round in a process of its own."""
    script = folder / "go.py"
    here = str(Path(small_round.__file__).parent)
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {here!r})
        import small_round
        from audit_lib.rounds import run_round
        if __name__ == "__main__":
            run_round({str(round_file)!r}, {str(snapshot)!r}, {str(out)!r},
                      steps=small_round.STEPS, workers={workers})
        """),
        encoding="utf-8",
    )
    return script


def outputs(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.relative_to(folder).parts[0] != "log"
    }


def test_a_round_makes_every_court_and_runs_nothing_the_second_time(run):
    first = run()
    assert (first.made, first.kept, first.failures) == (4, 0, [])
    names = {p.name for p in first.folder.iterdir()}
    assert names == {"index.html", "manifest.json", "log", "overview", *COURTS}
    made = {p.name for p in (first.folder / "鲁0902").iterdir()}
    assert made == {"court_audit.ipynb", "court_audit.html", "check.csv", "manifest.json"}
    assert (first.folder / "鲁0902" / "check.csv").read_text("utf-8-sig").count("\n") == 1
    assert first.complete and str(first.index) in first.summary.splitlines()[-1]
    before = outputs(first.folder)
    second = run(lang="zh")
    assert (second.made, second.kept) == (0, 4)
    assert outputs(second.folder) == before
    assert verify_round(second.folder) == []
    assert not list((first.folder / "log").glob("tables/*"))


def test_only_what_changed_is_run_again(run, notebooks, tmp_path):
    first = run()
    one_more = small_round.make_snapshot(tmp_path / "later", extra="机动车交通事故责任纠纷")
    second = run(snapshot=one_more)
    assert {u["court"] for u in second.units} == {"鲁0902", "overview"}
    assert second.kept == 2
    (second.folder / "鲁0911" / "check.csv").write_text("altered")
    third = run(snapshot=one_more)
    assert {u["court"] for u in third.units} == {"鲁0911"}
    small_round.write_notebook(notebooks / "round_overview.ipynb", "print('other')")
    fourth = run(snapshot=one_more)
    assert {u["court"] for u in fourth.units} == {"overview"}
    assert verify_round(first.folder) == []


def test_one_courts_failure_stops_nobody_and_stands_first(run, notebooks):
    failing = f"{small_round.COUNT}\nassert court != '鲁0911', 'a <b>fault</b>'"
    small_round.write_notebook(notebooks / "court_audit.ipynb", failing)
    result = run()
    assert [f["court"] for f in result.failures] == ["鲁0911"]
    assert result.failures[0]["cell"] == 3
    assert not result.complete
    assert "a <b>fault</b>" in result.summary.splitlines()[1]
    assert (result.folder / "鲁0911" / "court_audit.ipynb").exists()
    index = result.index.read_text(encoding="utf-8")
    assert index.index("a &lt;b&gt;fault") < index.index('id="part-courts"')
    assert "<b>fault" not in index
    assert verify_round(result.folder) == []
    small_round.write_notebook(notebooks / "court_audit.ipynb", small_round.COUNT)
    assert run().failures == []


def test_a_fault_tells_a_court_nothing_of_what_the_cell_had_in_hand(run, notebooks):
    # Put together from two pieces, so that the code itself does not hold the words.
    failing = f"{small_round.COUNT}\nprint('王' + '秘密')\nraise ValueError('李' + '机密')"
    small_round.write_notebook(notebooks / "court_audit.ipynb", failing)
    result = run(audience="court", courts=["鲁0902"])
    assert result.failures[0]["cell"] == 3
    assert not (result.folder / "log" / "tables").exists()
    for path in result.folder.rglob("*.*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert "王秘密" not in text and "李机密" not in text, path


def test_two_runs_in_different_places_give_the_same_bytes(run, snapshot, notebooks, tmp_path):
    there = tmp_path / "elsewhere"
    shutil.copytree(snapshot, there / "snap")
    script = write_script(
        there, small_round.write_round(there / "r1.yaml"), there / "snap", "deep/out", 2
    )
    env = os.environ | ENVIRONMENT
    env |= {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "17"}
    subprocess.run([sys.executable, script], cwd=there, env=env, check=True)
    assert outputs(run().folder) == outputs(there / "deep" / "out" / "r1")


def test_a_courts_folder_holds_no_other_courts_data(run):
    folder = run().folder
    for court in COURTS:
        for path in (folder / court).iterdir():
            text = path.read_text(encoding="utf-8", errors="replace")
            for other in COURTS:
                if other != court:
                    assert f"机密案由{other}," not in text and f"{other}执" not in text
                    assert f"court_code={other}/" not in text


def test_a_killed_run_is_resumed_to_the_same_bytes(run, snapshot, notebooks, round_file, tmp_path):
    whole = outputs(run().folder)
    script = write_script(tmp_path, round_file, snapshot, tmp_path / "killed", 2)
    log = tmp_path / "killed" / "r1" / "log"
    for happened in (lambda: (log / "prepared").exists(), lambda: list(log.glob("units/*"))):
        process = subprocess.Popen([sys.executable, script], env=os.environ | ENVIRONMENT)
        while not happened() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    result = run(out=tmp_path / "killed")
    assert outputs(result.folder) == whole
    assert verify_round(result.folder) == []
    assert {p.name for p in log.iterdir()} == {"ledger.jsonl", "lock", "prepared"}


def test_a_second_run_of_the_same_round_is_refused(run, tmp_path):
    with hold_lock(tmp_path / "out" / "r1" / "log"):
        with pytest.raises(RoundIsRunning, match=f"process {os.getpid()}"):
            run()
    assert run().failures == []


def test_the_ledger_survives_a_torn_line(run):
    log = run().folder / "log"
    with open(log / "ledger.jsonl", "ab") as stream:
        stream.write(b'{"at": "2016')
    assert next(e["event"] for e in read_ledger(log)) == "started"
    assert run().made == 0


def test_only_the_courts_named_are_run(run):
    result = run(courts=["鲁0902"])
    assert {u["court"] for u in result.units} == {"鲁0902", "overview"}
    assert verify_round(result.folder) == []
    assert {u["court"] for u in run().units} == {"鲁09", "鲁0911", "overview"}


def test_an_unknown_court_is_refused_before_anything_is_made(run, tmp_path):
    with pytest.raises(BadRound, match="鲁0999"):
        run(courts=["鲁0999"])
    wrong = small_round.write_round(tmp_path / "w.yaml", courts=["鲁0999"])
    with pytest.raises(BadRound, match="鲁0999"):
        run(round_path=wrong)
    assert not (tmp_path / "out").exists()


def test_a_missing_snapshot_is_one_clear_message(run, tmp_path):
    with pytest.raises(BadSnapshot):
        run(snapshot=tmp_path / "nothing")
    assert not (tmp_path / "out").exists()


def test_an_altered_snapshot_is_refused(run, snapshot, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(snapshot, copy)
    file = next(copy.glob("events/*/*.parquet"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(BadSnapshot, match="altered"):
        run(snapshot=copy)


def test_an_output_folder_that_cannot_be_written_is_one_clear_message(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="cannot be written"):
        run(out=tmp_path / "file")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs to mount a tmpfs")
def test_a_full_disk_is_one_clear_message_and_leaves_no_half_file(run, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", small], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    try:
        with pytest.raises(CannotWrite):
            run(out=small)
        assert not list(small.rglob("*.part"))
        for court in COURTS:
            folder = small / "r1" / court
            assert not folder.exists() or verify_round(folder) == []
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        assert run(out=small).failures == []
        assert verify_round(small / "r1") == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(run, notebooks, snapshot, tmp_path):
    slow = small_round.COUNT + "\nimport time; time.sleep(60)"
    small_round.write_notebook(notebooks / "court_audit.ipynb", slow)
    script = write_script(tmp_path, tmp_path / "rounds" / "r1.yaml", snapshot, tmp_path / "out", 2)
    log = tmp_path / "out" / "r1" / "log"
    process = subprocess.Popen(
        [sys.executable, script], stderr=subprocess.PIPE, env=ENVIRONMENT | os.environ, text=True
    )
    while not list(log.glob("units/.*")) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert "RoundStopped" in words and "same command again" in words
    small_round.write_notebook(notebooks / "court_audit.ipynb", small_round.COUNT)
    assert run().failures == []


def test_a_scheduler_that_is_not_there_is_one_clear_message(run):
    with pytest.raises(BadRound, match="No Dask scheduler"):
        run(scheduler="tcp://127.0.0.1:9")


def test_no_workers_are_refused(run):
    with pytest.raises(AuditError, match="at least one"):
        run(workers=0)


def test_the_rounds_are_chained_in_order_of_their_days(run, tmp_path):
    first = run()
    later = small_round.write_round(tmp_path / "r2.yaml", name="r2", as_of="2017-01-28")
    second = run(round_path=later)
    content = json.loads((second.folder / "manifest.json").read_bytes())
    assert content["previous"]["round"] == "r1"
    assert verify_round(second.folder) == []
    data = (first.folder / "manifest.json").read_bytes()
    (first.folder / "manifest.json").write_bytes(data.replace(b"r1", b"rX", 1))
    assert [f.code for f in verify_round(second.folder)] == ["broken_link"]
