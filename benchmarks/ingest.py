"""How fast exports become a snapshot, beside plainly reading the same files with pandas.

Makes a record of COURTS folders of Parquet with CASES cases each and 18 events a case in a
temporary folder, reads it with ``pandas.read_parquet`` and nothing else, then ingests it with
every check, and prints rows a second and the ratio.

Repeat with: python benchmarks/ingest.py [COURTS] [CASES]
"""

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from audit_lib.record import ingest_sources

EVENTS = np.array(
    ["notice_issued", "network_query_started", "deposit_frozen", "creditor_contacted"]
)


def make(folder, courts, cases):
    draw = np.random.default_rng(1)
    for number in range(courts):
        code = f"鲁{number // 100 + 1:02d}{number % 100:02d}"
        place = folder / code
        place.mkdir(parents=True)
        name = {"court_code": [code], "court_name": [f"court {number}"], "level": ["basic"]}
        pd.DataFrame(name).to_parquet(place / "courts.parquet")
        numbers = np.array([f"（2016）{code}执{i + 1}号" for i in range(cases)])
        filed = np.datetime64("2016-01-04") + draw.integers(0, 300, cases).astype("timedelta64[D]")
        filed = filed.astype("datetime64[us]")
        pd.DataFrame({"case_no": numbers, "court_code": code, "filed_on": filed}).to_parquet(
            place / "cases.parquet"
        )
        at = draw.integers(0, cases, cases * 18)
        day = filed[at] + draw.integers(0, 50, len(at)).astype("timedelta64[D]")
        event = EVENTS[draw.integers(0, len(EVENTS), len(at))]
        pd.DataFrame({"case_no": numbers[at], "event": event, "day": day}).to_parquet(
            place / "events.parquet"
        )


def main(courts=20, cases=1000):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder / "source", courts, cases)
        start = time.perf_counter()
        rows = sum(len(pd.read_parquet(file)) for file in (folder / "source").glob("*/*.parquet"))
        plain = time.perf_counter() - start
        start = time.perf_counter()
        ingest_sources(folder / "source", folder / "snapshot", date(2016, 12, 28))
        whole = time.perf_counter() - start
    print(f"{rows} rows: plain reading {plain:.2f} s, ingest {whole:.2f} s ({rows / whole:.0f}/s)")
    print(f"ratio {whole / plain:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
