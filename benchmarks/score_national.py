"""One million open cases scored and drawn: seconds and memory.

Repeat with::

    .venv/bin/python benchmarks/score_national.py [COURTS]

Invents a national record of 350 courts with 2,857 open cases each and 18 entries a case, as
Parquet files by court in the layout of a snapshot, and the tables that other rooms would hand in
(1.2 findings a case, one silence row a case, 20,000 petitions' claims, 100,000 categories). What
is timed is this room's work: features, scores with reasons, the draw of 200 cases a court.
Reference in the same run: reading all events of the record once with pyarrow.
"""

import datetime
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from audit_lib.inspection import Round, build_features, plan_draw, score_features
from audit_lib.record.snapshot import Snapshot
from audit_lib.record.tables import load_tables

DAY = datetime.date(2016, 12, 28)
PER_COURT, ENTRIES = 2857, 18
CODES = ["notice_issued", "network_query_returned", "property_found", "immovable_seized"]
CODES += ["creditor_contacted", "suspended", "resumed", "auction_noticed", "money_received"]


def court_codes(count):
    """Return invented court codes."""
    return [f"测{number:04d}" for number in range(count)]


def case_numbers(code):
    """Return the invented case numbers of one court."""
    return [f"（2016）{code}执{number}号" for number in range(1, PER_COURT + 1)]


def write_record(folder, courts):
    """Write the invented record; returns nothing but files."""
    rng = np.random.default_rng(1)
    day0 = np.datetime64("2014-01-01", "D")
    rows = PER_COURT * ENTRIES
    shape = {
        "event": pa.array(rng.choice(CODES, rows)).dictionary_encode(),
        "day": pa.array(day0 + rng.integers(0, 1090, rows)),
        "recorded_at": pa.array(
            (day0 + rng.integers(0, 1090, rows)).astype("datetime64[us]"), pa.timestamp("us")
        ),
        "amount": pa.array(rng.random(rows) * 1e5),
        "asset_id": pa.array(rng.choice(["A", "B", None], rows)).dictionary_encode(),
        "until": pa.array(day0 + rng.integers(900, 2000, rows), mask=rng.random(rows) < 0.8),
    }
    handlers = [f"测试{n % 12:02d}" for n in range(PER_COURT)]
    filed = day0 + rng.integers(0, 1000, PER_COURT)
    order = np.repeat(np.arange(PER_COURT, dtype=np.int32), ENTRIES)
    for code in court_codes(courts):
        names = pa.array(case_numbers(code))
        (folder / f"events/court_code={code}").mkdir(parents=True)
        column = pa.DictionaryArray.from_arrays(pa.array(order), names)
        table = pa.table({"case_no": column, **shape})
        path = folder / f"events/court_code={code}/part-0.parquet"
        pq.write_table(table, path, store_schema=False, write_statistics=False)
        (folder / f"cases/court_code={code}").mkdir(parents=True)
        cases = pa.table(
            {
                "case_no": names,
                "court_code": [code] * PER_COURT,
                "handler": handlers,
                "filed_on": pa.array(filed),
                "closed_on": pa.nulls(PER_COURT, pa.date32()),
                "closing_manner": pa.nulls(PER_COURT, pa.string()),
                "claim_amount": rng.random(PER_COURT) * 1e6,
            }
        )
        pq.write_table(cases, folder / f"cases/court_code={code}/part-0.parquet")
    (folder / "inspections").mkdir()
    columns = [*load_tables()["inspections"].columns, "court_code"]
    dates = {"inspected_on", "rectify_by", "rectified_on"}
    empty = {n: pa.nulls(0, pa.date32() if n in dates else pa.string()) for n in columns}
    pq.write_table(pa.table(empty), folder / "inspections/part-0.parquet")


def open_record(folder, courts) -> Snapshot:
    """Open the invented record without the manifest's checks."""
    files = {
        f"{table}/court_code={code}/part-0.parquet": {}
        for table in ("events", "cases")
        for code in court_codes(courts)
    }
    files["inspections/part-0.parquet"] = {}
    manifest = {"day": str(DAY), "courts": court_codes(courts), "files": files}
    return Snapshot(folder, manifest, None)


def tables_of_other_rooms(courts):
    """Invent what law, petitions and campaign would hand in."""
    rng = np.random.default_rng(2)
    names = np.array([n for code in court_codes(courts) for n in case_numbers(code)], object)
    some = rng.integers(0, len(names), int(1.2 * len(names)))
    rules = ["close_any_6m", "exec_notice_10d", "verify_clue_5d", "funds_payout_30d"]
    findings = pd.DataFrame(
        {
            "case_no": pd.Series(names[some], dtype="str"),
            "rule": pd.Series(rng.choice(rules, len(some)), dtype="str"),
            "theme": pd.Series(rng.choice(["passive", "funds"], len(some)), dtype="str"),
            "outcome": pd.Series(rng.choice(["late", "overdue"], len(some)), dtype="str"),
            "days_late": pd.array(rng.integers(1, 500, len(some)), "Int64"),
            "severity": pd.Series(rng.choice(["high", "medium"], len(some)), dtype="str"),
        }
    )
    silence = pd.DataFrame({"case_no": pd.Series(names, dtype="str")})
    silence["silent_days"] = pd.array(rng.integers(0, 600, len(names)), "Int64")
    silence["current_days"] = pd.array(rng.integers(0, 400, len(names)), "Int64")
    silence["last_substantive_on"] = pd.Timestamp("2016-06-01")
    few = rng.integers(0, len(names), 20_000)
    claims = pd.DataFrame(
        {
            "petition_id": np.arange(len(few)).astype(str),
            "case_no": names[few],
            "allegation": "passive",
            "verdict": rng.choice(["supported", "not_shown"], len(few)),
            "link_confidence": 1.0,
            "received_on": pd.Timestamp("2016-10-01"),
        }
    )
    categories = pd.DataFrame({"case_no": names[:100_000], "reason": "exact_cause"})
    return findings, claims, silence, categories


def main(courts=350):
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        made = multiprocessing.get_context("spawn").Process(
            target=write_record, args=(folder, courts)
        )
        made.start()
        made.join()
        snapshot = open_record(folder, courts)
        findings, claims, silence, categories = tables_of_other_rooms(courts)
        start = time.perf_counter()
        ds.dataset(snapshot.files("events")).count_rows(filter=ds.field("amount") >= 0)
        reference = time.perf_counter() - start
        start, cpu = time.perf_counter(), time.process_time()
        features = build_features(snapshot, DAY, findings, claims, silence, categories)
        built = time.perf_counter()
        scores = score_features(features)
        scored = time.perf_counter()
        round_ = Round(name="national", as_of=DAY, courts="all", budget=200, seed=1)
        draw = plan_draw(scores, round_, findings=findings, claims=claims)
        drawn = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    total, cpu = drawn - start, time.process_time() - cpu
    print(f"{len(scores):,} open cases, {len(draw.selected):,} drawn in {courts:,} courts")
    print(f"features {built - start:.1f} s, scores {scored - built:.1f} s, ", end="")
    print(
        f"draw {drawn - scored:.1f} s: {total:.1f} s in all ({cpu:.1f} s of processor), "
        f"peak memory {peak:.2f} GiB"
    )
    print(f"reference: reading one column of all events {reference:.1f} s, ", end="")
    print(f"ratio {total / reference:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
