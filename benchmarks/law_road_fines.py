"""Thirty deadline rules on the public road-fine log, beside pm4py's temporal profile.

Repeat with::

    python benchmarks/law_road_fines.py ../shared/data/road_fines/events.parquet

The log (150,370 cases) is loaded first and not counted. Judged are all obligations, counted by
outcome; with the rows of all findings written out (millions, each with article and evidence) it
takes longer, and that is timed beside it. pm4py is AGPL and no dependency of the
project; where it is installed (``pip install pm4py``) its temporal-profile conformance is timed
in the same run. The two do different things: pm4py joins pairs that both happened, a deadline
rule also sees what never happened.
"""

import argparse
import json
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
    given = parser.parse_args()
    pack = make_pack(30)
    con = connect(2)
    source = f"SELECT case_id, activity, time AS day FROM read_parquet({quote(given.log)})"
    log = open_event_log(con, source, pack, date(2013, 6, 17))
    ours, found = timed(lambda: judge(log, rows=False))
    written, shown = timed(lambda: judge(log))
    theirs = time_temporal_profile(given.log)
    print(json.dumps({
        "rules": 30, "obligations": int(found.counts["n"].sum()), "seconds": ours,
        "rows": len(shown.rows), "seconds_with_rows": written, "pm4py_seconds": theirs,
    }))  # fmt: skip


def timed(run):
    """Return ({seconds by the clock, and of the processor}, what was run gave)."""
    started, used = time.perf_counter(), time.process_time()
    given = run()
    used = time.process_time() - used
    return {"clock": round(time.perf_counter() - started, 2), "cpu": round(used, 2)}, given


def time_temporal_profile(path: str) -> dict | None:
    """Return the seconds of pm4py's conformance check, or None where it is not installed."""
    try:
        import pm4py
    except ImportError:
        return None
    import pandas as pd

    frame = pd.read_parquet(path).rename(
        columns={"case_id": "case:concept:name", "activity": "concept:name",
                 "time": "time:timestamp"}
    )  # fmt: skip
    frame["time:timestamp"] = pd.to_datetime(frame["time:timestamp"])
    profile = pm4py.discover_temporal_profile(frame)
    return timed(lambda: pm4py.conformance_temporal_profile(frame, profile))[0]


if __name__ == "__main__":
    main()
