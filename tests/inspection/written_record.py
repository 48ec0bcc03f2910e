"""A record written as received and read into a snapshot, for the tests of inspection."""

import datetime

import pandas as pd

from audit_lib.record import ingest_sources, open_snapshot

DAY = datetime.date(2016, 12, 28)


def case_no(number, court="0902", kind="执"):
    return f"（2016）鲁{court}{kind}{number}号"


def write_record(folder, tables, day=DAY):
    """Write tables as received and read them into a snapshot."""
    source = folder / "received"
    source.mkdir(parents=True)
    courts = [
        {"court_code": code, "court_name": name, "level": "basic", "parent_code": None}
        for code, name in (("鲁0902", "泰安市泰山区人民法院"), ("鲁0911", "泰安市岱岳区人民法院"))
    ]
    for name, rows in ({"courts": courts} | tables).items():
        if len(rows):
            pd.DataFrame(rows).to_csv(source / f"{name}.csv", index=False)
    ingest_sources(source, folder / "record", day=day)
    return open_snapshot(folder / "record")


def silence_of(rows):
    """One row (case, days silent now, longest, last act) each."""
    out = pd.DataFrame(
        rows, columns=["case_no", "current_days", "silent_days", "last_substantive_on"]
    )
    out["last_substantive_on"] = pd.to_datetime(out["last_substantive_on"])
    return out
