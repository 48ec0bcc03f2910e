"""Seconds a court: a plain papermill loop, papermill in a process pool, and ours.

Reference: ``papermill.execute_notebook`` with the ordinary ``python3`` kernel, one court after
the other, and nbconvert's page for each, in the same run on the same prepared tables.

Repeat with (a snapshot, a round's file, how many courts, an empty folder)::

    python benchmarks/rounds_throughput.py SNAPSHOT ROUND.yaml 100 /tmp/bench

A snapshot with fewer courts is gone through again from the start, so that every way makes the
same number of reports from the same tables. Pages and CSV tables are made by every way.
"""

import json
import resource
import shutil
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from audit_lib.inspection import load_round
from audit_lib.parameters import notebooks_folder
from audit_lib.record import open_snapshot
from audit_lib.rounds.executors import Work, open_workers
from audit_lib.rounds.preparation import prepare_round
from audit_lib.rounds.progress import Progress
from audit_lib.rounds.settings import load_settings
from audit_lib.rounds.units import Task, run_unit


def parameters(court, round_, tables):
    return {
        "court": court,
        "round_name": round_.name,
        "as_of": round_.as_of.isoformat(),
        "snapshot": "",
        "tables": tables,
        "lang": round_.lang,
        "audience": "inspectors",
    }


def plain(job):
    """Do by plain papermill what one unit does."""
    import papermill

    from audit_lib.record import write_table
    from audit_lib.report import export_html, load_court, redact_tables
    from audit_lib.rounds.units import CSV_TABLES

    path, given, target = job
    target = Path(target)
    target.mkdir(parents=True)
    made = target / "court_audit.ipynb"
    papermill.execute_notebook(path, made, given, kernel_name="python3", progress_bar=False)
    export_html(made, target / "court_audit.html", given["lang"])
    tables = redact_tables(load_court(given["tables"]), "inspectors")
    for name, file in CSV_TABLES.items():
        if tables.given(name):
            write_table(tables[name], target / f"{file}.csv")


def run_plain(jobs, workers):
    if workers == 1:
        for job in jobs:
            plain(job)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(plain, jobs))


def run_ours(tasks, workers, scheduler=None):
    work = [Work(f"{t.court}/{n}", run_unit, (t,)) for n, t in enumerate(tasks)]
    cells = 0.0
    with open_workers(workers, scheduler) as pool, Progress("bench", quiet=True) as progress:
        for name, result, error in pool.run(work, 1, progress):
            if error is not None or result["state"] != "done":
                raise SystemExit(f"{name}: {error or result['error']}")
            cells += result["cells_seconds"]
    return cells


def main(snapshot, round_path, count, folder, scheduler=None):
    folder = Path(folder).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    round_ = load_round(round_path)
    prepared = prepare_round(round_, open_snapshot(snapshot), folder / "tables")
    courts = sorted(prepared)
    chosen = [(f"{n:04d}", courts[n % len(courts)]) for n in range(int(count))]
    path = str(notebooks_folder() / "court_audit.ipynb")

    def jobs(way):
        return [
            (path, parameters(c, round_, str(prepared[c])), str(folder / way / n))
            for n, c in chosen
        ]

    def tasks(way):
        return [
            Task(
                court=c,
                notebook="court_audit",
                key=n,
                path=path,
                parameters=parameters(c, round_, "."),
                folder=str(prepared[c]),
                staging=str(folder / way / n),
                kind="court",
                lang=round_.lang,
                audience="inspectors",
                limits=load_settings().units,
                size=0,
            )
            for n, c in chosen
        ]

    ways = {
        "plain papermill loop": lambda: run_plain(jobs("loop"), 1),
        "papermill, pool of 2": lambda: run_plain(jobs("pool"), 2),
        "ours, 1 worker": lambda: run_ours(tasks("ours1"), 1),
        "ours, 2 workers": lambda: run_ours(tasks("ours2"), 2),
    }
    if scheduler:
        ways["ours, Dask"] = lambda: run_ours(tasks("dask"), 2, scheduler)
    found = {}
    for name, way in ways.items():
        started = time.perf_counter()
        cells = way()
        found[name] = (time.perf_counter() - started) / int(count)
        first = next(iter(found.values()))
        own = f", cells' own time {cells / int(count):.2f} s" if cells else ""
        print(f"{name}: {found[name]:.2f} s a court, {first / found[name]:.1f} x the loop{own}")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"largest process, MB": round(children)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
