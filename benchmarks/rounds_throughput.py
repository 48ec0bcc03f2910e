"""Seconds a court: a plain papermill loop, papermill in a process pool, and ours.

Reference: ``papermill.execute_notebook`` with the ordinary ``python3`` kernel, one court after
the other, and its page, the spreadsheet and the CSV tables for each, as a round makes them, in the
same run on the same prepared tables. ``cells alone`` runs the notebook's code cells in one process
that has imported already, with no kernel and no file: what no way of running can go below.
``files alone`` makes the spreadsheet and the CSV tables in such a process.

Repeat with (a snapshot, a round's file, how many courts, an empty folder)::

    python benchmarks/rounds_throughput.py SNAPSHOT ROUND.yaml 100 FOLDER [SCHEDULER]

A snapshot with fewer courts is gone through again from the start, so that every way makes the
same number of reports from the same tables. Each way runs in a process of its own; its CPU time
is that of all processes that it started, kernels too, which a busy machine changes little. Over
Dask the work is done by processes that were there before, so that only its wall time is known.
"""

import contextlib
import ctypes
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

CELLS, FILES = "cells alone", "files alone"
LOOP, POOL = "plain papermill loop", "papermill, pool of 2"
ONE, TWO, DASK = "ours, 1 worker", "ours, 2 workers", "ours over Dask"
PR_SET_CHILD_SUBREAPER = 36


def run_plain(job):
    """Do by plain papermill what one unit does."""
    import papermill

    from audit_lib.report import export_html

    path, given, folder, target = job
    made = Path(target) / "court_audit.ipynb"
    made.parent.mkdir(parents=True)
    given = given | {"tables": folder}
    papermill.execute_notebook(path, made, given, kernel_name="python3", progress_bar=False)
    export_html(made, made.with_suffix(".html"), given["lang"])
    run_files(job)


def run_files(job):
    """Write the spreadsheet and the CSV tables, as a unit of a round does."""
    from audit_lib.record import write_table
    from audit_lib.report import load_court, redact_tables, write_workbook
    from audit_lib.rounds.units import CSV_TABLES, FOUND

    _, given, folder, target = job
    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    tables = redact_tables(load_court(folder), given["audience"])
    write_workbook(tables, target / "court_audit.xlsx", given["lang"], given["audience"])
    for name, file in CSV_TABLES.items():
        if tables.given(name):
            frame = tables[name]
            if name == "check":
                frame = frame[frame["outcome"].isin(FOUND)]
            write_table(frame, target / f"{file}.csv")


def run_cells(job):
    """Run the code cells in this process, and draw what each ends with."""
    import ast

    path, given, folder, _ = job
    space = dict(given) | {"tables": folder, "__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in json.loads(Path(path).read_bytes())["cells"]:
            if cell["cell_type"] != "code" or "parameters" in cell["metadata"].get("tags", []):
                continue
            body = ast.parse("".join(cell["source"])).body
            last = body.pop() if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), path, "exec"), space)
            if last is not None:
                shown = eval(compile(ast.Expression(last.value), path, "eval"), space)
                getattr(shown, "_repr_html_", lambda: "")()


def run_ours(jobs, workers, scheduler=None):
    """Run the units of a round; return the seconds that their cells took."""
    from audit_lib.rounds import inputs
    from audit_lib.rounds.executors import Work, open_workers
    from audit_lib.rounds.progress import Progress
    from audit_lib.rounds.settings import load_settings
    from audit_lib.rounds.units import Task, run_unit

    made_with = inputs.fingerprint(inputs.hash_library(), inputs.hash_parameters())
    tasks = [
        Task(
            court=given["court"], notebook="court_audit", key=str(n), path=path,
            parameters=given | {"tables": "."}, folder=folder, staging=target, kind="court",
            lang=given["lang"], audience=given["audience"], limits=load_settings().units, size=0,
            made_with=made_with,
        )
        for n, (path, given, folder, target) in enumerate(jobs)
    ]  # fmt: skip
    work = [Work(f"{t.court}/{n}", run_unit, (t,)) for n, t in enumerate(tasks)]
    cells = 0.0
    with open_workers(workers, scheduler, made_with) as pool, Progress("", quiet=True) as progress:
        for name, result, error in pool.run(work, 1, progress):
            if error is not None or result["state"] != "done":
                raise SystemExit(f"{name}: {error or result['error']}")
            cells += result["cells_seconds"]
    return cells


def run_way(way, jobs, scheduler):
    """Run all jobs one way; return the seconds of the cells where they are known."""
    alone = {CELLS: run_cells, FILES: run_files, LOOP: run_plain}
    if way in alone:
        for job in jobs:
            alone[way](job)
    elif way == POOL:
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            list(pool.map(run_plain, jobs))
    else:
        return run_ours(jobs, 1 if way == ONE else 2, scheduler if way == DASK else None)
    return None


def measure(way, jobs, folder, scheduler):
    """Run one way in a process of its own: wall and CPU seconds, the cells' own seconds."""
    given = folder / "jobs.json"
    jobs = [[*job[:3], str(folder / way.replace(" ", "_") / job[3])] for job in jobs]
    given.write_text(json.dumps([way, jobs, scheduler]), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    command = [sys.executable, __file__, "--way", str(given)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    wall = time.perf_counter() - started
    with contextlib.suppress(ChildProcessError):  # what it left behind: a server of workers
        while os.waitpid(-1, 0):
            pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, json.loads(done.stdout.splitlines()[-1]) or 0.0


def main(snapshot, round_path, count, folder, scheduler=None):
    from audit_lib.inspection import load_round
    from audit_lib.parameters import notebooks_folder
    from audit_lib.record import open_snapshot
    from audit_lib.rounds.preparation import prepare_round

    if sys.platform == "linux":  # so that a process whose parent has ended is counted too
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    folder, count = Path(folder).absolute(), int(count)
    shutil.rmtree(folder, ignore_errors=True)
    round_ = load_round(round_path)
    prepared = prepare_round(round_, open_snapshot(snapshot), folder / "tables")
    courts = sorted(prepared)
    given = {"round_name": round_.name, "as_of": round_.as_of.isoformat(), "snapshot": ""}
    given |= {"lang": round_.lang, "audience": "inspectors"}
    path = str(notebooks_folder() / "court_audit.ipynb")
    chosen = [courts[n % len(courts)] for n in range(count)]
    jobs = [
        (path, given | {"court": court}, str(prepared[court]), f"{n:04d}")
        for n, court in enumerate(chosen)
    ]
    wall, cpu = {}, {}
    for way in (CELLS, FILES, LOOP, POOL, ONE, TWO, *([DASK] if scheduler else [])):
        seconds, spent, cells = measure(way, jobs, folder, scheduler)
        wall[way], cpu[way] = seconds / count, spent / count
        own = f", its cells {cells / count:.2f} s" if cells else ""
        used = "" if way == DASK else f", CPU {cpu[way]:.2f} s"
        print(f"{way}: {wall[way]:.2f} s a court{used}{own}", flush=True)
    for name, taken in (("wall", wall), ("CPU", cpu)):
        loop, pool = taken[LOOP] / taken[TWO], taken[POOL] / taken[TWO]
        beyond = taken[ONE] - taken[CELLS]
        print(f"{name}: ours with 2 workers is {loop:.1f} x the loop and {pool:.1f} x the pool; ")
        print(f"      beyond the cells alone, with 1 worker, {beyond:.2f} s a court, and")
        print(f"      beyond cells and files alone {beyond - taken[FILES]:.2f} s")
    biggest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process: {biggest:.0f} MB")
    shutil.rmtree(folder)


if __name__ == "__main__":
    if sys.argv[1] == "--way":
        asked = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
        print(json.dumps(run_way(*asked)))
    else:
        main(*sys.argv[1:])
