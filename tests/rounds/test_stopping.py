"""A run killed at any moment, or stopped by a person, is resumed to the same bytes.

``AUDIT_KILLS=30`` in the environment kills more often than the suite has time for.
"""

import os
import random
import signal
import subprocess
import sys
import time

import small_round
from test_runs import outputs

from audit_lib.rounds import verify_round
from audit_lib.rounds.executors import Work, open_workers
from audit_lib.rounds.ledger import read_ledger
from audit_lib.rounds.progress import Progress

KILLS = int(os.environ.get("AUDIT_KILLS", "3"))
ELSEWHERE = {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "17"}


def test_a_run_killed_again_and_again_is_resumed_to_the_same_bytes(
    made_once, snapshot, notebooks, round_file, tmp_path
):
    """The runs that are killed have another folder, time zone, locale and number of workers."""
    whole, chance = outputs(made_once), random.Random(20161228)
    script = small_round.write_script(tmp_path, round_file, snapshot, tmp_path / "deep" / "out", 2)
    folder = tmp_path / "deep" / "out" / "r1"
    done = resumed = 0
    while done < KILLS:
        process = subprocess.Popen([sys.executable, script], env=small_round.environment(ELSEWHERE))
        started = time.monotonic()
        while not (folder / "log" / "ledger.jsonl").exists() and process.poll() is None:
            time.sleep(0.01)
        try:
            process.wait(chance.uniform(0, 2 * (time.monotonic() - started)))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            done += 1
            continue
        assert process.returncode == 0
        assert outputs(folder) == whole
        resumed += 1
        folder.rename(tmp_path / f"whole{resumed}")
    subprocess.run([sys.executable, script], env=small_round.environment(ELSEWHERE), check=True)
    assert outputs(folder) == whole
    assert verify_round(folder) == []
    log = folder / "log"
    assert {p.name for p in log.iterdir()} == {"ledger.jsonl", "lock", "prepared"}
    made = [e for e in read_ledger(log) if e["event"] == "unit"]
    assert all(e["state"] == "done" for e in made)


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(run, notebooks, round_file, snapshot, tmp_path):
    slow = small_round.COUNT + "\nimport time; time.sleep(60)"
    small_round.write_notebook(notebooks / "court_audit.ipynb", slow)
    script = small_round.write_script(tmp_path, round_file, snapshot, tmp_path / "out", 2)
    log = tmp_path / "out" / "r1" / "log"
    process = subprocess.Popen(
        [sys.executable, script], stderr=subprocess.PIPE, env=small_round.environment(), text=True
    )
    while not list(log.glob("units/.*")) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=120)
    assert "RoundStopped" in words and "same command again" in words
    assert read_ledger(log)[-1]["event"] == "stopped"
    small_round.write_notebook(notebooks / "court_audit.ipynb", small_round.COUNT)
    assert run().failures == []


def test_work_whose_worker_dies_is_done_by_another(tmp_path):
    work = [Work(str(n), small_round.die_once, (str(tmp_path / str(n)), n == 1)) for n in range(3)]
    with open_workers(2) as pool, Progress("", quiet=True) as progress:
        found = {name: (result, error) for name, result, error in pool.run(work, 3, progress)}
    assert found == {str(n): (n == 1, None) for n in range(3)}


def test_work_whose_workers_always_die_has_failed_and_the_rest_goes_on(tmp_path):
    work = [Work("a", os._exit, (9,)), Work("b", os.getppid, ())]
    with open_workers(2) as pool, Progress("", quiet=True) as progress:
        found = {name: error for name, _, error in pool.run(work, 2, progress)}
    assert "died" in str(found["a"]) and found["b"] is None
