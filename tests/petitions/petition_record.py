"""A small record with one case, made for the tests of petitions."""

from datetime import date
from types import SimpleNamespace

import pandas as pd

from audit_lib.petitions import check_petitions

DAY = date(2016, 12, 28)
CASE = {
    "applied_on": None,
    "filed_on": "2016-01-10",
    "claim_amount": 100_000.0,
    "handler": "甲法官",
    "court_code": "鲁0902",
    "closed_on": None,
    "closing_manner": None,
    "basis_no": None,
    "parent_case_no": None,
}
PETITION = {
    "received_on": "2016-12-01",
    "channel": "letter",
    "assigned_by": None,
    "petitioner": "王大年",
    "petitioner_role": "creditor",
    "court_code": "鲁0902",
    "cited_case_no": None,
    "due_on": None,
    "resolved_on": None,
    "outcome": None,
    "reply": None,
}
NO = "（2016）鲁0902执123号"


def frame(rows, columns, days=()):
    table = pd.DataFrame(rows, columns=columns)
    for column in days:
        table[column] = pd.to_datetime(table[column]).astype("datetime64[us]")
    return table.assign(source_file="t.csv", source_sheet=None, source_row=range(2, len(table) + 2))


def make(petitions, events=(), cases=None, parties=None):
    cases = cases or [{"case_no": NO}]
    parties = parties or [(NO, "creditor", "王大年"), (NO, "debtor", "李建设")]
    event_rows = [
        {
            "case_no": NO,
            "court_code": "鲁0902",
            "event": e[0],
            "day": e[1],
            "amount": e[2] if len(e) > 2 else None,
            **(e[3] if len(e) > 3 else {}),
        }
        for e in events
    ]
    columns = [
        "case_no",
        "court_code",
        "event",
        "day",
        "amount",
        "asset_id",
        "asset_kind",
        "until",
        "party",
        "result",
        "document_no",
        "recorded_at",
    ]
    events = frame(event_rows, columns, ("day", "until"))
    events["amount"] = events["amount"].astype(float)
    return SimpleNamespace(
        cases=frame(
            [CASE | c for c in cases], ["case_no", *CASE], ("applied_on", "filed_on", "closed_on")
        ).astype({"claim_amount": float}),
        parties=frame(parties, ["case_no", "role", "name"]),
        events=events,
        petitions=frame(
            [PETITION | {"petition_id": f"p{i}"} | p for i, p in enumerate(petitions, 1)],
            ["petition_id", "text", *PETITION],
            ("received_on", "due_on", "resolved_on"),
        ),
    )


def verdict(text, events, allegation, **kwargs):
    table = check_petitions(make([{"text": NO + text}], events, **kwargs), DAY)
    row = table[table["allegation"] == allegation]
    assert len(row) == 1, table[["allegation", "verdict"]]
    return row.iloc[0]
