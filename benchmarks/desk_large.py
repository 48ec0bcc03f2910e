"""The desk on one court of 30,000 cases: opening, filtering, sorting, opening a case.

    python benchmarks/desk_large.py [--cases 30000] [--folder DIR] [--times 40]

Makes the record (``audit sample``, ``audit ingest``), prepares it once, then measures in a fresh
process: from a ready kernel to a desk that is shown, and each act of an inspector as the kernel
does it, with saved decisions in the store. Times are of this process's own processor, so that
another load on the machine does not count, with the time on the wall beside; the reference is a
sort of a million numbers, measured in the same run.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def prepare(folder: Path, cases: int) -> None:
    record = folder / "record" / "2016-12-28"
    if not record.exists():
        received = folder / "received"
        audit = [sys.executable, "-m", "audit_lib"]
        subprocess.run(
            [*audit, "sample", "--courts", "1", "--cases", str(cases), "--out", str(received),
             "--format", "parquet", "--day", "2016-12-28"], check=True,
        )  # fmt: skip
        subprocess.run([*audit, "ingest", str(received), "--snapshot", str(record)], check=True)
        shutil.rmtree(received)
    parameters = folder / "parameters"
    if not parameters.exists():
        shutil.copytree(ROOT / "parameters", parameters)
        for path in (parameters / "rounds").iterdir():
            path.unlink()
        text = "name: large\nas_of: 2016-12-28\ncourts: all\nbudget: 300\nseed: 1\n"
        (parameters / "rounds" / "large.yaml").write_text(text, encoding="utf-8")
    os.environ["AUDIT_PARAMETERS"] = str(parameters)
    os.environ["AUDIT_DESK_FOLDER"] = str(folder / "desk")
    began = time.process_time()
    from audit_lib.desk import open_data

    open_data(record, "large")
    print(f"prepare (once): {time.process_time() - began:.1f} s of processor")


def measure(folder: Path, times: int) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    from audit_lib.desk import Desk, Store, open_data

    data = open_data(folder / "record" / "2016-12-28", "large")
    store = Store(f"sqlite:///{folder / 'decisions.sqlite'}")
    desk = Desk(data, "zh", store)
    ready = (time.process_time() - cpu, time.perf_counter() - wall)
    out = {"desk ready, imports and all": [ready]}
    court = desk.court.value
    body = {"examined": ["passive"], "issues": [], "inspected_on": "2016-12-29"}
    drawn = [number for _, number in desk.cases.options]
    if not store.heads():
        for number in drawn[:200]:
            store.save("decision", "large", court, number, "甲", body, 0)
    time.sleep(3)
    desk.drawn.value = False
    handlers = [value for _, value in desk.handler.options if value][:times]

    def act(name, do):
        cpu, wall = time.process_time(), time.perf_counter()
        do()
        spent = (time.process_time() - cpu, time.perf_counter() - wall)
        out.setdefault(name, []).append(spent)

    def put(widget, value):
        return lambda: setattr(widget, "value", value)

    for place in range(times):
        act("filter by handler", put(desk.handler, handlers[place % len(handlers)]))
        act("filter off", put(desk.handler, None))
        act("filter by theme", put(desk.theme, ("passive", "funds")[place % 2]))
        desk.theme.value = None
        act("search a word", put(desk.text, f"执{place + 1}"))
        desk.text.value = ""
        act("sort", put(desk.sort, ("silence", "score", "filed")[place % 3]))
    step = max(len(desk.cases.options) // times, 1)
    for place in range(times):
        act("open a case", put(desk.cases, desk.cases.options[place * step][1]))
    for place in range(min(times, 15)):
        act("another weight", put(desk._tried.points, 20 + place))
    import numpy as np

    numbers = np.random.default_rng(0).random(1_000_000)
    act("reference: sort of a million numbers", lambda: np.sort(numbers))
    print(json.dumps(out))


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--cases", type=int, default=30_000)
    given.add_argument("--folder", type=Path, default=ROOT / "data" / "bench-desk")
    given.add_argument("--times", type=int, default=40)
    given.add_argument("--measure", action="store_true")
    options = given.parse_args()
    folder = options.folder.resolve()
    if options.measure:
        measure(folder, options.times)
        return
    prepare(folder, options.cases)
    command = [sys.executable, __file__, "--measure", "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--times", str(options.times)], check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name, spent in json.loads(done.stdout).items():
        cpu = [s * 1000 for s, _ in spent]
        wall = [s * 1000 for _, s in spent]
        tail = sorted(cpu)[max(int(len(cpu) * 0.95) - 1, 0)]
        middle = f"median {statistics.median(cpu):7.0f} ms  p95 {tail:7.0f} ms"
        print(f"{name:40} n={len(cpu):3}  {middle}  (wall {statistics.median(wall):7.0f} ms)")


if __name__ == "__main__":
    main()
