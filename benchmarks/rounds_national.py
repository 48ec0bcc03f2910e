"""A round of thousands of small courts, once through or as far as the time allows.

Runs the round, stops it by Ctrl-C when the seconds are over, and says from the ledger and the
files what a court took: seconds, memory, disk; extrapolated to all courts where it was stopped.
Given again on the same folder it goes on, and the last lines speak of that part alone.

Repeat with::

    audit sample --out R --courts 3500 --cases 42000 --format parquet
    audit ingest R --snapshot S --day 2016-12-28
    python benchmarks/rounds_national.py S ROUND.yaml OUT SECONDS
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
PROGRAM = """
import sys
from audit_lib.rounds import run_round
if __name__ == "__main__":
    run_round(sys.argv[1], sys.argv[2], sys.argv[3], workers=2)
"""


def size_of(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def main(snapshot, round_path, out, seconds):
    from audit_lib.inspection import load_round
    from audit_lib.record import open_snapshot
    from audit_lib.rounds.ledger import read_ledger

    if sys.platform == "linux":  # so that a process whose parent has ended is counted too
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    script = out / "go.py"
    script.write_text(PROGRAM, encoding="utf-8")
    courts = len(open_snapshot(snapshot).court_codes)
    folder = out / load_round(round_path).name
    started = time.perf_counter()
    run = subprocess.Popen([sys.executable, script, round_path, snapshot, out])
    with contextlib.suppress(subprocess.TimeoutExpired):
        run.wait(float(seconds))
    if run.poll() is None:
        run.send_signal(signal.SIGINT)
        run.wait()
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, 0):
            pass
    script.unlink()
    wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    entries = read_ledger(folder / "log")
    begun = max(n for n, entry in enumerate(entries) if entry["event"] == "started")
    units = [e for e in entries[begun:] if e["event"] == "unit" and e["court"] != "overview"]
    made = [p for p in folder.iterdir() if (p / "manifest.json").exists()]
    judged = list((folder / "log" / "prepared").glob("*.json"))
    disk = sum(map(size_of, made)) / max(1, len(made))
    facts = {
        "courts": courts,
        "judged": len(judged),
        "units made in this run": len(units),
        "failed": sum(e["state"] == "failed" for e in units),
        "finished": entries[-1]["event"] == "finished",
        "wall seconds": round(wall),
        "CPU seconds": round(cpu),
        "seconds a unit, as measured": round(sum(e["seconds"] for e in units) / len(units), 2)
        if units
        else None,
        "cells' seconds a unit": round(sum(e["cells_seconds"] for e in units) / len(units), 2)
        if units
        else None,
        "CPU seconds a unit": round(cpu / len(units), 2) if units else None,
        "MB a court on disk": round(disk / 1e6, 2),
        "GB for all courts": round(disk * courts / 1e9, 2),
        "largest process, MB": round(used.ru_maxrss / 1024),
    }
    print(json.dumps(facts, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
