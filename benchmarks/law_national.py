"""How long the whole rule pack takes on a national record, against a plain pivot of its events.

The record is the committed sample copied over and over under other court codes and numbers, so
its mix of events is the sample's. The reference, in the same run and on the same two threads,
is one DuckDB pivot of all events: the first day of each event in each case. Seconds of the
processor stand beside those of the clock: on a machine that does other work only they compare.

Repeat with::

    python benchmarks/law_national.py --cases 1000000

A larger record is made first and kept, then judged, each step told on standard error::

    python benchmarks/law_national.py --cases 10000000 --keep DIR --make-only
    python benchmarks/law_national.py --cases 10000000 --keep DIR --no-reference

"""

import argparse
import json
import resource
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from audit_lib.law import judge_batches
from audit_lib.law.court_log import batches as plan_batches
from audit_lib.record import ingest_sources, open_snapshot

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2016, 12, 28)
BEGAN = time.perf_counter()


class Copied:
    """A snapshot made of many copies: only what the law room reads of one."""

    def __init__(self, path, courts):
        self.path, self.day, self._courts = Path(path), DAY, sorted(courts)
        self.court_codes = self._courts

    def only(self, courts):
        """Return the same record for some courts."""
        return Copied(self.path, courts)

    def columns_given(self, table):
        """Return the columns that the rules ask for."""
        return {"closing_ground", "closing_manner"}

    def files(self, table):
        """Return the Parquet files of a table."""
        folder = self.path / table
        return [
            str(f) for c in self._courts for f in sorted(folder.glob(f"court_code={c}/*.parquet"))
        ]


def copy_sample(folder: Path, cases: int, courts: int) -> tuple[Copied, int, int]:
    """Write a record of about `cases` cases in `courts` courts; return it, its cases and events.

    The sample's courts are put together under one code, and that as often as a court of the
    wanted size needs; every copy has its own numbers. One statement a court and table, from
    memory: writing is what it costs.
    """
    first = folder / "one"
    if not (first / "manifest.json").exists():
        ingest_sources([str(ROOT / "data" / "sample")], first, DAY)
    one = open_snapshot(first)
    shutil.rmtree(folder / "many", ignore_errors=True)  # what a killed run left
    copies = max(1, round(cases / courts / len(one.cases)))
    con = duckdb.connect(config={"threads": 1})
    counts, codes = {}, [f"国{n:04d}" for n in range(courts)]
    for table in ("cases", "parties", "events", "petitions"):
        files = one.files(table)
        con.execute(
            f"CREATE TEMP TABLE t_{table} AS SELECT * FROM read_parquet({files}, "
            "hive_partitioning = false)"
        )
        columns = [r[0] for r in con.execute(f"DESCRIBE t_{table}").fetchall()]
        counts[table] = 0
        for number, code in enumerate(codes):
            target = folder / "many" / table / f"court_code={code}"
            target.mkdir(parents=True)
            moved = ", ".join(_moved(column, code, number) for column in columns)
            counts[table] += con.execute(
                f"COPY (SELECT {moved} FROM t_{table}, range({copies}) r(k)) "
                f"TO '{target}/part-0.parquet' (FORMAT parquet, COMPRESSION snappy)"
            ).fetchone()[0]
            if number % 500 == 499:
                say(f"{table}: {number + 1} of {courts} courts written, {counts[table]:,} rows")
    con.close()
    made = {"courts": courts, "cases": counts["cases"], "events": counts["events"]}
    (folder / "made.json").write_text(json.dumps(made), encoding="utf-8")
    return Copied(folder / "many", codes), counts["cases"], counts["events"]


def say(words: str) -> None:
    """Tell how far the run is, with the time since it began and the memory at its highest."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{time.perf_counter() - BEGAN:7.0f} s  {peak:5.2f} GiB  {words}", file=sys.stderr)


def _moved(column: str, code: str, number: int) -> str:
    """Return SQL of a column as it stands in a copy."""
    if column in ("case_no", "parent_case_no", "cited_case_no"):
        return f"replace({column}, '号', ({number} * 1000 + 1000000 + k) || '号') AS {column}"
    return f"'{code}' AS {column}" if column == "court_code" else f'"{column}"'


def open_copies(folder: Path) -> tuple[Copied, int, int] | None:
    """Return a record that was made before, with its cases and events; else None."""
    if not (folder / "made.json").exists():
        return None
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    codes = [f"国{n:04d}" for n in range(made["courts"])]
    return Copied(folder / "many", codes), made["cases"], made["events"]


def time_pivot(folder: Path, threads: int) -> tuple[float, float]:
    """Return the seconds that a pivot of all events takes: by the clock, and of the processor."""
    con = duckdb.connect(config={"threads": threads})
    files = str(folder / "many" / "events" / "*" / "*.parquet")
    started, used = time.perf_counter(), time.process_time()
    con.execute(
        "CREATE TEMP TABLE p AS PIVOT (SELECT case_no, event, day FROM "
        f"read_parquet('{files}')) ON event USING min(day) GROUP BY case_no"
    )
    con.close()
    return time.perf_counter() - started, time.process_time() - used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--courts", type=int, help="One for every 2,860 cases by default.")
    parser.add_argument("--keep", type=Path, help="Folder of a record made before, or to make.")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-reference", action="store_true", help="leave the pivot out")
    parser.add_argument("--make-only", action="store_true", help="make the record, judge nothing")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="law_national_"))
    courts = given.courts or max(1, given.cases // 2_860)
    try:
        snapshot, cases, events = open_copies(folder) or copy_sample(folder, given.cases, courts)
        say(f"{cases:,} cases, {events:,} events in {len(snapshot.court_codes):,} courts")
        if given.make_only:
            return
        reference = None if given.no_reference else time_pivot(folder, given.threads)
        started, used = time.perf_counter(), time.process_time()
        rows, outcomes, batches = 0, {}, 0
        planned = sum(1 for _ in plan_batches(snapshot))
        for part in judge_batches(snapshot, DAY, threads=given.threads):
            rows, batches = rows + len(part.rows), batches + 1
            for outcome, n in part.counts.groupby("outcome")["n"].sum().items():
                outcomes[outcome] = outcomes.get(outcome, 0) + int(n)
            cpu = time.process_time() - used
            say(f"batch {batches} of {planned}: {rows:,} rows, {cpu:.0f} s CPU")
        pack, used = time.perf_counter() - started, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        shown = {
            "cases": cases, "events": events, "courts": len(snapshot.court_codes),
            "pack_seconds": round(pack, 1), "pack_cpu_seconds": round(used, 1),
            "peak_gib": round(peak, 2), "rows": rows, "outcomes": outcomes,
        }  # fmt: skip
        if reference:
            shown["pivot_seconds"], shown["pivot_cpu_seconds"] = map(round, reference, (1, 1))
            shown["ratio"] = round(pack / reference[0], 2)
            shown["ratio_cpu"] = round(used / reference[1], 2)
        print(json.dumps(shown, ensure_ascii=False))
    finally:
        if not given.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
