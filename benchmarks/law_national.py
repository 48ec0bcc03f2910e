"""How long the whole rule pack takes on a national record, against a plain pivot of its events.

The record is the committed sample copied over and over under other court codes and numbers, so
its mix of events is the sample's. The reference, in the same run and on the same two threads,
is one DuckDB pivot of all events: the first day of each event in each case.

Repeat with::

    python benchmarks/law_national.py --cases 1000000

"""

import argparse
import json
import resource
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from audit_lib.law import judge_batches
from audit_lib.record import ingest_sources, open_snapshot

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2016, 12, 28)
COPIES_A_COURT = 40


class Copied:
    """A snapshot made of many copies: only what the law room reads of one."""

    def __init__(self, path, courts):
        self.path, self.day, self._courts = Path(path), DAY, sorted(courts)
        self.court_codes = self._courts

    def only(self, courts):
        """Return the same record for some courts."""
        return Copied(self.path, courts)

    def files(self, table):
        """Return the Parquet files of a table."""
        folder = self.path / table
        return [
            str(f) for c in self._courts for f in sorted(folder.glob(f"court_code={c}/*.parquet"))
        ]


def copy_sample(folder: Path, cases: int) -> tuple[Copied, int, int]:
    """Write a record of about `cases` cases; return it, its cases and its events."""
    first = folder / "one"
    ingest_sources([str(ROOT / "data" / "sample")], first, DAY)
    con = duckdb.connect(config={"threads": 2})
    one = open_snapshot(first)
    copies = -(-cases // len(one.cases))
    counts = {}
    courts = set()
    for table in ("cases", "parties", "events", "petitions"):
        files = one.files(table)
        columns = [
            r[0] for r in con.execute(f"DESCRIBE SELECT * FROM read_parquet({files})").fetchall()
        ]
        counts[table] = 0
        for group in range(0, copies, COPIES_A_COURT):
            last = min(group + COPIES_A_COURT, copies)
            moved = [
                f"replace({c}, '号', (100000 + k) || '号') AS {c}"
                if c in ("case_no", "parent_case_no", "cited_case_no")
                else f"{c} || '-{group:06d}' AS {c}"
                if c == "court_code"
                else f'"{c}"'
                for c in columns
            ]
            rows = (
                f"SELECT {', '.join(moved)} FROM read_parquet({files}), "
                f"range({group}, {last}) r(k) WHERE court_code <> '__none__'"
            )
            for code in one.court_codes:
                court = f"{code}-{group:06d}"
                target = folder / "many" / table / f"court_code={court}"
                target.mkdir(parents=True)
                courts.add(court)
                counts[table] += con.execute(
                    f"COPY (SELECT * FROM ({rows}) WHERE court_code = '{court}') "
                    f"TO '{target}/part-0.parquet' (FORMAT parquet)"
                ).fetchone()[0]
    con.close()
    return Copied(folder / "many", courts), counts["cases"], counts["events"]


def time_pivot(folder: Path, threads: int) -> float:
    """Return the seconds that a pivot of all events takes."""
    con = duckdb.connect(config={"threads": threads})
    files = str(folder / "many" / "events" / "*" / "*.parquet")
    started = time.perf_counter()
    con.execute(
        "CREATE TEMP TABLE p AS PIVOT (SELECT case_no, event, day FROM "
        f"read_parquet('{files}')) ON event USING min(day) GROUP BY case_no"
    )
    con.close()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-reference", action="store_true", help="leave the pivot out")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="law_national_"))
    try:
        snapshot, cases, events = copy_sample(folder, given.cases)
        reference = None if given.no_reference else time_pivot(folder, given.threads)
        started = time.perf_counter()
        rows, outcomes = 0, {}
        for part in judge_batches(snapshot, DAY, threads=given.threads):
            rows += len(part.rows)
            for outcome, n in part.counts.groupby("outcome")["n"].sum().items():
                outcomes[outcome] = outcomes.get(outcome, 0) + int(n)
        pack = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(json.dumps({
            "cases": cases, "events": events, "pack_seconds": round(pack, 1),
            "pivot_seconds": reference and round(reference, 1),
            "ratio": reference and round(pack / reference, 2),
            "peak_gib": round(peak, 2), "rows": rows, "outcomes": outcomes,
        }, ensure_ascii=False))  # fmt: skip
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
