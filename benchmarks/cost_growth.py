"""How the cost of the work grows with cases, courts and petitions, as figures and as pictures.

Each size runs in a process of its own; what counts are the seconds of the processor of that
process and of all that it starts, so that a shared machine hardly disturbs them. The reference of
every size is the smallest of its row: the dashed line is what cost in proportion would be.

Without options small sizes are measured and printed. Repeat the committed figures and pictures
(``docs/pictures/cost_growth.csv`` and ``.png``, about ten minutes) with::

    python benchmarks/cost_growth.py --write

"""

import argparse
import contextlib
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "pictures" / "cost_growth.csv"
PR_SET_CHILD_SUBREAPER = 36  # of Linux; elsewhere rounds are not measured
#: What grows → (heading, name of the axis, small sizes, sizes that are committed).
ROWS = {
    "cases": (
        "The rule pack, 35 courts", "cases", (2_000, 8_000), (10_000, 30_000, 100_000, 300_000),
    ),
    "courts": ("The rule pack, 100,000 cases", "courts", (), (5, 35, 175, 350)),
    "reports": ("A whole round, 30 cases a court", "courts", (2,), (2, 4, 8, 16)),
    "petitions": (
        "Petitions read and linked, 20,000 cases", "petitions", (100, 300),
        (300, 1_000, 3_000, 10_000),
    ),
}  # fmt: skip


def judge(folder: Path, cases: int, courts: int) -> float:
    """Return the seconds of the processor that the rule pack takes."""
    from law_national import DAY, copy_sample, judge_batches

    snapshot, _, _ = copy_sample(folder, cases, courts)
    used = time.process_time()
    for _ in judge_batches(snapshot, DAY, threads=2):
        pass
    return time.process_time() - used


def run_round(folder: Path, courts: int) -> float:
    """Return the seconds of the processor of a round, with all the processes that it starts."""
    from audit_lib.record import ingest_sources
    from audit_lib.record.sample import make_sample

    make_sample(folder / "received", courts=courts, cases=30 * courts)
    ingest_sources([folder / "received"], folder / "2016-12-28")
    chosen = ROOT / "parameters" / "rounds" / "2016-12.yaml"
    text = chosen.read_text(encoding="utf-8").partition("interviews:")[0]
    (folder / "round.yaml").write_text(text, encoding="utf-8")
    # The servers that fork kernels outlive the command for a moment: wait for them here too.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    before = _children()
    command = ["-m", "audit_lib", "round", folder / "round.yaml", "--snapshot",
               folder / "2016-12-28", "--out", folder / "rounds"]  # fmt: skip
    subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def link(petitions: int) -> float:
    """Return the seconds of the processor in which petitions are read and linked."""
    from petitions_link import make

    from audit_lib.petitions import read_petition
    from audit_lib.petitions.linking import link_petitions

    snapshot, _ = make(20_000, petitions)
    read_petition("执行案件一年多没人管。")  # the model is read once
    used = time.process_time()
    for text in snapshot.petitions["text"]:
        read_petition(text)
    link_petitions(snapshot)
    return time.process_time() - used


def measure_one(what: str, size: int) -> None:
    """Measure one size and print it; the peak of memory is that of the largest process."""
    folder = Path(tempfile.mkdtemp(prefix="cost_growth_"))
    try:
        if what == "reports":
            seconds = run_round(folder, size)
        elif what == "petitions":
            seconds = link(size)
        else:
            seconds = judge(folder, *((size, 35) if what == "cases" else (100_000, size)))
    finally:
        shutil.rmtree(folder)
    whose = resource.RUSAGE_CHILDREN if what == "reports" else resource.RUSAGE_SELF
    peak = resource.getrusage(whose).ru_maxrss / 2**20
    print(json.dumps({"cpu_seconds": round(seconds, 2), "peak_gib": round(peak, 2)}))


def measure(committed: bool) -> pd.DataFrame:
    """Measure every size, each in a process of its own."""
    rows = []
    for what, (_, _, small, sizes) in ROWS.items():
        for size in sizes if committed else small:
            command = [sys.executable, __file__, "--one", what, str(size)]
            done = subprocess.run(command, capture_output=True, text=True, env=os.environ)
            if done.returncode:
                sys.exit(done.stderr)
            found = json.loads(done.stdout.splitlines()[-1])
            first = next((r for r in rows if r["what"] == what), None)
            growth = round(found["cpu_seconds"] / first["cpu_seconds"], 2) if first else 1.0
            rows.append({"what": what, "size": size, **found, "times_the_first": growth})
            print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def draw(figures: pd.DataFrame, path: Path) -> None:
    """Draw one panel a row of figures: measured, and dashed in proportion to the smallest."""
    import altair as alt

    panels = []
    for what, (heading, axis, _, _) in ROWS.items():
        part = figures[figures["what"].eq(what)].copy()
        first = part.iloc[0]
        part["in proportion"] = first["cpu_seconds"] * part["size"] / first["size"]
        part["measured"] = part["cpu_seconds"]
        # Few courts share what starting costs; the rule pack has the same cases in all of them.
        flat = what == "courts"
        lines = ["measured"] if flat else ["measured", "in proportion"]
        long = part.melt("size", lines, "line", "seconds")
        both = alt.Chart(long).encode(
            x=alt.X("size:Q", title=axis, scale=alt.Scale(type="log"),
                    axis=alt.Axis(values=part["size"].tolist(), format=",d", grid=False)),
            y=alt.Y("seconds:Q", title="seconds of processor",
                    scale=alt.Scale(type="linear" if flat else "log", zero=flat)),
            color=alt.Color("line:N", title=None, scale=alt.Scale(
                domain=["measured", "in proportion"], range=["#1f4e79", "#8a8a8a"])),
            strokeDash=alt.StrokeDash("line:N", title=None, scale=alt.Scale(
                domain=["measured", "in proportion"], range=[[1, 0], [4, 4]])),
        )  # fmt: skip
        points = both.mark_point(filled=True, size=50).transform_filter("datum.line == 'measured'")
        panels.append((both.mark_line() + points).properties(width=300, height=190, title=heading))
    whole = alt.concat(*panels, columns=2).configure_view(stroke="#c9c3b6")
    whole.save(path, scale_factor=2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="measure, keep and draw the figures")
    parser.add_argument("--draw", action="store_true", help="draw the committed figures again")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        measure_one(given.one[0], int(given.one[1]))
        return
    if not given.draw:
        figures = measure(given.write)
        if given.write:
            figures.to_csv(FIGURES, index=False, lineterminator="\n")
    if given.write or given.draw:
        draw(pd.read_csv(FIGURES), FIGURES.with_suffix(".png"))


if __name__ == "__main__":
    main()
