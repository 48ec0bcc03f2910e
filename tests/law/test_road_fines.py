"""The engine knows nothing of courts: it counts a public fine log as plain SQL does."""

from datetime import date
from pathlib import Path

import pytest

from audit_lib.law.court_log import connect
from audit_lib.law.engine import judge
from audit_lib.law.loading import load_pack
from audit_lib.law.log import open_event_log, quote

PACK = Path(__file__).parent / "road_fines"
ACTIVITIES = (
    "Create Fine", "Send Fine", "Insert Fine Notification", "Add penalty", "Payment",
    "Send for Credit Collection", "Insert Date Appeal to Prefecture",
    "Send Appeal to Prefecture", "Receive Result Appeal from Prefecture",
    "Notify Result Appeal to Offender", "Appeal to Judge",
)  # fmt: skip


@pytest.mark.shared
def test_the_road_fine_log_gives_the_published_counts(shared_data):
    pack = load_pack(PACK, ACTIVITIES)
    source = quote(str(shared_data / "road_fines" / "events.parquet"))
    con = connect()
    log = open_event_log(
        con,
        f"SELECT case_id, activity, time AS day FROM read_parquet({source})",
        pack,
        date(2013, 6, 17),
    )
    counts = judge(log).counts.groupby(["rule", "outcome"])["n"].sum().to_dict()
    table = {
        "send_fine_90d": (54215, 49772, 46015, 368),
        "collect_365d": (11778, 47235, 20100, 747),
        "send_appeal_60d": (3330, 807, 51, 0),
    }
    for rule, numbers in table.items():
        outcomes = ("met", "late", "overdue", "running")
        assert tuple(counts.get((rule, o), 0) for o in outcomes) == numbers
