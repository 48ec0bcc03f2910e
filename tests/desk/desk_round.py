"""What the tests of the desk share: their round, their court, one record, and what may not skip."""

import csv
import os
import shutil
import time
from pathlib import Path

import pytest

ROUND = "2016-12"
COURT = "鲁0902"
# Two teams' courts of the sample, the one that the round's interview names, the one above them:
# what the tests need, and half of the time.
COURTS = {"鲁09", COURT, "鲁0911", "鲁0923"}
DAY, EARLIER = "2016-12-28", "2016-11-28"


def need(found, why: str):
    """Skip loudly, or fail where nothing may skip."""
    if not found:
        if os.environ.get("AUDIT_NO_SKIPS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return found


def make_place(tmp_path_factory, root: Path) -> Path:
    """Receive the sample as of two days and prepare it, once for all workers and files.

    Returns
    -------
    Path
        ``record/<day>`` and ``desk/tables``; not to be written to.
    """
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    place = base / "督查台"
    try:
        place.mkdir()
    except FileExistsError:
        until = time.monotonic() + 300
        while not (place / "ready").exists():
            assert time.monotonic() < until, "another worker did not finish preparing the desk"
            time.sleep(0.2)
        return place
    from audit_lib.desk import open_data
    from audit_lib.record import ingest_sources

    received = place / "received"
    shutil.copytree(root / "data" / "sample", received)
    _keep_courts(received)
    ingest_sources([str(received)], place / "record" / DAY, None)
    _alter(received / "events.csv")
    ingest_sources([str(received)], place / "record" / EARLIER, _day(EARLIER))
    open_data(place / "record" / DAY, ROUND, place / "desk")
    (place / "ready").touch()
    return place


def _day(text: str):
    from datetime import date

    return date.fromisoformat(text)


def altered_case() -> tuple[str, str]:
    """Return the case whose notice stood on another day a month before, and that day."""
    return f"（2016）{COURT}执1号", "2016-02-05"


def _keep_courts(received: Path) -> None:
    """Leave the rows of other courts out of a received folder."""
    cases = _read(received / "cases.csv")[1]
    numbers = {row["案号"] for row in cases if row["法院代字"] in COURTS}
    for path in sorted(received.glob("*.csv")):
        names, rows = _read(path)
        court = next((name for name in ("法院代字", "被反映法院") if name in names), None)
        if court:
            rows = [row for row in rows if row[court] in COURTS]
        elif "案号" in names:
            rows = [row for row in rows if row["案号"] in numbers]
        _write(path, names, rows)


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as given:
        reader = csv.DictReader(given)
        return list(reader.fieldnames), list(reader)


def _write(path: Path, names: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, names)
        writer.writeheader()
        writer.writerows(rows)


def _alter(path: Path) -> None:
    case_no, day = altered_case()
    names, rows = _read(path)
    mine = [row for row in rows if row["案号"] == case_no]
    notice = next(row for row in mine if row["节点"] == "发出执行通知书")
    notice["日期"], notice["录入时间"] = day, f"{day} 15:09:07"
    rows.remove(mine[-1])
    _write(path, names, rows)
