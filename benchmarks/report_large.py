"""Report and dossier of one court of 1,500 cases, from prepared tables to finished files.

    python benchmarks/report_large.py --cases 1500 [--folder DIR]

Makes and prepares the record once (invented), then, in a fresh process that has imported what a
kernel of a round has: the court's page, and the dossier as page, PDF and DOCX. Reference, in the
same run: ``DataFrame.to_html`` of the same tables, which says nothing of the law.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DAY, ROUND = "2016-12-28", "name: large\nas_of: 2016-12-28\ncourts: all\nbudget: 75\nseed: 1\n"
ROUND += "interviews:\n  - {court: 鲁0902, by: 演示, on: 2016-12-28}\n"


def prepare(folder: Path, cases: int) -> Path:
    """Return the folder of the court's prepared tables."""
    from audit_lib.inspection import load_round
    from audit_lib.record import open_snapshot
    from audit_lib.rounds import prepare_round

    made = folder / "tables"
    if not made.exists():
        audit = [sys.executable, "-m", "audit_lib"]
        sample = ["--courts", "1", "--cases", str(cases), "--day", DAY, "--format", "parquet"]
        subprocess.run([*audit, "sample", *sample, "--out", folder / "received"], check=True)
        record = folder / "record"
        subprocess.run([*audit, "ingest", folder / "received", "--snapshot", record], check=True)
        (folder / "round.yaml").write_text(ROUND, encoding="utf-8")
        prepare_round(load_round(folder / "round.yaml"), open_snapshot(record), made)
    return max(made.iterdir(), key=lambda court: (court / "cases.parquet").stat().st_size)


def measure(tables: str) -> None:
    """Make everything once in this process, and print seconds on the wall and of the processor."""
    import importlib

    from audit_lib.report import court_report, dossier, load_court
    from audit_lib.rounds.settings import load_settings

    for name in load_settings().kernels.preload:
        importlib.import_module(name)
    found, out = {}, Path(tempfile.mkdtemp())

    def timed(name, make):
        wall, cpu = time.perf_counter(), time.process_time()
        result = make()
        found[name] = (time.perf_counter() - wall, time.process_time() - cpu)
        return result

    court = timed("tables read", lambda: load_court(tables))
    page = timed("court's page", lambda: court_report(court, "zh", "inspectors").to_html())
    letter = timed("dossier, words", lambda: dossier(court, "zh", "inspectors"))
    timed("dossier, PDF", lambda: letter.write_pdf(out / "dossier.pdf"))
    timed("dossier, DOCX", lambda: letter.write_docx(out / "dossier.docx"))
    plain = timed("reference", lambda: "".join(f.to_html() for f in court.frames.values()))
    report = sum(found[n][0] for n in ("tables read", "court's page"))
    papers = sum(found[n][0] for n in found if n.startswith("dossier"))
    print(f"{len(court['cases']):,} cases, {len(page) / 1e6:.2f} million characters of page")
    for name, (wall, cpu) in found.items():
        print(f"{name:16}{wall:7.2f} s on the wall{cpu:7.2f} s of processor")
    print(f"report {report:.2f} s, dossier {papers:.2f} s on the wall")
    print(f"report against the plain tables: {report / found['reference'][0]:.1f} times")
    print(f"plain tables: {len(plain) / 1e6:.1f} million characters")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--cases", type=int, default=300)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--measure", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        measure(given.measure)
    else:
        folder = given.folder or Path(tempfile.mkdtemp())
        folder.mkdir(parents=True, exist_ok=True)
        court = prepare(folder, given.cases)
        subprocess.run([sys.executable, __file__, "--measure", court], check=True)
