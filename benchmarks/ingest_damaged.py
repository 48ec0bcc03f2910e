"""Hundreds of damaged exports: none crashes, none loses a good row, each fault is named.

The kinds of damage stand in ``tests/record/damage_text.py`` and ``damage_books.py``; what must be
found of each is computed from what was written, without the reader. The tests run one of each kind,
this script as many as are asked for. With ``--rows`` it also reads one large CSV and prints the
peak of memory.
The reference is the reading of an export that is not damaged, in the same run. Repeat with::

    python benchmarks/ingest_damaged.py --inputs 500 --rows 1500000

"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "record"))

from damage import DAY, EVENTS, build_damaged  # noqa: E402, from the tests' folder
from damage_text import old_encoding  # noqa: E402, from the tests' folder
from test_damaged_exports import KINDS, read_damaged  # noqa: E402, from the tests' folder

from audit_lib.record import ingest_sources  # noqa: E402, after the path is set


def time_good(folder: Path) -> float:
    """Return the seconds that an export without damage takes."""
    good = build_damaged(old_encoding, folder / "good", 2)
    started = time.perf_counter()
    ingest_sources(good.folder, folder / "good_record", DAY)
    return time.perf_counter() - started


def read_large(folder: Path, rows: int) -> dict:
    """Read one CSV of many rows; return what it took."""
    source = folder / "large"
    made = build_damaged(old_encoding, source, 2)
    (made.folder / "events.csv").unlink()
    with (made.folder / "events.csv").open("w", encoding="utf-8-sig", newline="") as file:
        file.write(",".join(EVENTS) + "\r\n")
        for n in range(rows):
            file.write(f"（2016）鲁0902执1号,发起网络查控,2016-09-{n % 28 + 1:02},,,第{n}次,\r\n")
    started = time.perf_counter()
    done = ingest_sources(made.folder, folder / "large_record", DAY)
    return {
        "rows": rows, "seconds": round(time.perf_counter() - started, 1),
        "kept": int(done.balance.set_index("table")["kept"]["events"]),
        "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=56)
    parser.add_argument("--rows", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="damaged_") as made:
        folder = Path(made)
        time_good(folder / "warm")
        good = time_good(folder)
        reasons, failed = Counter(), []
        started = time.perf_counter()
        for seed in range(given.inputs):
            try:
                reasons.update(read_damaged(folder / str(seed), seed))
            except Exception as error:
                failed.append(f"{seed} {KINDS[seed % len(KINDS)].__name__}: {error!r:.300}")
        seconds = (time.perf_counter() - started) / max(given.inputs, 1)
        result = {
            "inputs": given.inputs, "kinds": len(KINDS), "failed": failed,
            "ratio_to_a_good_export": round(seconds / good, 2),
            "named": dict(sorted(reasons.items())),
        }  # fmt: skip
        if given.rows:
            result["large"] = read_large(folder, given.rows)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
