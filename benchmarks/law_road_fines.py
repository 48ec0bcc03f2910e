"""Thirty deadline rules on the public road-fine log, beside pm4py's temporal profile.

Repeat with::

    python benchmarks/law_road_fines.py LOG --pm4py ENV/bin/python

where ``LOG`` is ``../shared/data/road_fines/events.parquet``.

The log (150,370 cases) is loaded first and not counted. Judged are all obligations, counted by
outcome, three times (the best is shown); with the rows of all findings written out (millions,
each with article and evidence) it takes longer, and that is timed beside it. pm4py is AGPL and
no dependency of the project: it is run, in the same run and on the same log, by the Python of a
virtual environment of its own (``python -m venv ENV && ENV/bin/pip install pm4py
pyarrow``). The two do different things: pm4py joins pairs that both happened, a deadline rule
also sees what never happened.
"""

import argparse
import json
import subprocess
import sys
import time
from datetime import date
from itertools import islice, permutations

from audit_lib.law.court_log import connect
from audit_lib.law.engine import judge
from audit_lib.law.loading import Pack, Text
from audit_lib.law.log import open_event_log, quote
from audit_lib.law.model import Rule

ACTIVITIES = (
    "Create Fine", "Send Fine", "Insert Fine Notification", "Add penalty", "Payment",
    "Send for Credit Collection", "Insert Date Appeal to Prefecture",
)  # fmt: skip
WORDS = {"zh": "演示", "en": "an illustration"}


def make_pack(count: int) -> Pack:
    """Return a pack of `count` deadline rules over pairs of activities."""
    rules = {}
    for number, (start, until) in enumerate(islice(permutations(ACTIVITIES, 2), count)):
        rules[f"rule_{number}"] = Rule.model_validate(
            {
                "id": f"rule_{number}", "title": WORDS, "asks": WORDS, "chapter": "x",
                "theme": "passive", "duty": "process", "kind": "deadline", "early_act": "ignored",
                "rolls": False, "severity": "low", "verified": False,
                "versions": {
                    date(1990, 1, 1): {
                        "from": start, "until": until, "within": f"{30 + 10 * number} days",
                        "source": {"text": "x", "article": "x"}, "says": WORDS,
                    }
                },
            }
        )  # fmt: skip
    text = Text.model_validate({"number": "x", "title": WORDS})
    return Pack(rules, {"x": text}, {}, (), ACTIVITIES, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log")
    parser.add_argument("--pm4py", help="Python of an environment that has pm4py.")
    parser.add_argument("--no-rows", action="store_true", help="leave the writing of rows out")
    given = parser.parse_args()
    pack = make_pack(30)
    con = connect(2)
    source = f"SELECT case_id, activity, time AS day FROM read_parquet({quote(given.log)})"
    log = open_event_log(con, source, pack, date(2013, 6, 17))
    runs = [timed(lambda: judge(log, rows=False)) for _ in range(3)]
    ours, found = min(runs, key=lambda run: run[0]["clock"])
    shown = {"rules": 30, "obligations": int(found.counts["n"].sum()), "seconds": ours}
    if not given.no_rows:
        shown["seconds_with_rows"], written = timed(lambda: judge(log))
        shown["rows"] = len(written.rows)
    if given.pm4py:
        shown["pm4py"] = time_temporal_profile(given.pm4py, given.log)
        theirs = sum(shown["pm4py"][step]["clock"] for step in ("discovery", "conformance"))
        shown["pm4py_to_ours"] = round(theirs / ours["clock"], 1)
    else:
        print("pm4py was NOT timed: name a Python that has it with --pm4py", file=sys.stderr)
    print(json.dumps(shown))


def timed(run):
    """Return ({seconds by the clock, and of the processor}, what was run gave)."""
    started, used = time.perf_counter(), time.process_time()
    given = run()
    used = time.process_time() - used
    return {"clock": round(time.perf_counter() - started, 2), "cpu": round(used, 2)}, given


PM4PY = """
import json, sys, time
import pandas as pd, pm4py

def timed(run):
    started, used = time.perf_counter(), time.process_time()
    given = run()
    used = time.process_time() - used
    return {"clock": round(time.perf_counter() - started, 2), "cpu": round(used, 2)}, given

frame = pd.read_parquet(sys.argv[1]).rename(columns={
    "case_id": "case:concept:name", "activity": "concept:name", "time": "time:timestamp"})
frame["time:timestamp"] = pd.to_datetime(frame["time:timestamp"])
frame = frame[["case:concept:name", "concept:name", "time:timestamp"]]
found, profile = timed(lambda: pm4py.discover_temporal_profile(frame))
checked, deviations = timed(lambda: pm4py.conformance_temporal_profile(frame, profile))
print(json.dumps({"version": pm4py.__version__, "discovery": found, "conformance": checked,
                  "pairs": len(profile), "deviations": sum(map(len, deviations))}))
"""


def time_temporal_profile(python: str, log: str) -> dict:
    """Return what pm4py's temporal profile takes in an environment of its own."""
    done = subprocess.run([python, "-c", PM4PY, log], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"pm4py did not run: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


if __name__ == "__main__":
    main()
