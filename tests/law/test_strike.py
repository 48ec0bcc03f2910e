"""Recorded resistance and its answer: what is on file, and what is not."""

from datetime import date
from types import SimpleNamespace

import pandas as pd

from audit_lib.law.strike import STRIKE_COLUMNS, count_strike, list_resistance

AS_OF = date(2016, 12, 28)
NO_FINDINGS = pd.DataFrame(columns=["case_no", "rule", "outcome"])


def record(events, **closed):
    numbers = sorted({case for case, *_ in events})
    cases = pd.DataFrame(
        [(n, "鲁0902", "甲", *closed.get(n, (None, None))) for n in numbers],
        columns=["case_no", "court_code", "handler", "closed_on", "closing_manner"],
    ).astype({"closed_on": "datetime64[us]"})
    rows = [(c, e, pd.Timestamp(d), "events.csv", n) for n, (c, e, d) in enumerate(events, 2)]
    names = ["case_no", "event", "day", "source_file", "source_row"]
    frame = pd.DataFrame(rows, columns=names).astype({"day": "datetime64[us]"})
    return SimpleNamespace(cases=cases, events=frame)


def state_of(events, **closed):
    found = list_resistance(record(events, **closed), AS_OF, NO_FINDINGS)
    return found.set_index("case_no")["state"].to_dict()


def test_resistance_is_answered_by_a_sanction_on_or_after_it_never_before():
    assert state_of([
        ("a", "obstruction_recorded", "2016-05-01"), ("a", "fine_imposed", "2016-05-01"),
        ("b", "obstruction_recorded", "2016-05-01"), ("b", "fine_imposed", "2016-04-30"),
        ("c", "report_defaulted", "2016-05-01"), ("c", "crime_referred", "2016-08-01"),
    ]) == {"a": "answered", "b": "unanswered", "c": "answered"}  # fmt: skip


def test_a_fresh_resistance_is_waited_for_and_payment_in_full_ends_the_question():
    events = [
        ("fresh", "obstruction_recorded", "2016-11-28"),  # 30 days before the audit day
        ("old", "obstruction_recorded", "2016-11-27"),
        ("paid", "obstruction_recorded", "2016-05-01"),
        ("ended", "obstruction_recorded", "2016-05-01"),
    ]
    paid = ("2016-06-01", "completed")
    found = state_of(events, paid=paid, ended=("2016-06-01", "procedure_terminated"))
    assert found == {"fresh": "waiting", "old": "unanswered", "paid": "ended",
                     "ended": "unanswered"}  # fmt: skip


def test_days_and_rows_of_both_sides_are_given():
    events = [
        ("a", "obstruction_recorded", "2016-05-01"), ("a", "detention_imposed", "2016-05-11"),
        ("a", "crime_referred", "2016-07-01"), ("a", "fine_imposed", "2016-04-01"),
    ]  # fmt: skip
    row = list_resistance(record(events), AS_OF, NO_FINDINGS).iloc[0]
    assert (row["days"], row["answers"]) == (10, "detention_imposed;crime_referred")
    assert row["criminal_on"] == pd.Timestamp("2016-07-01")
    assert "fine_imposed" not in row["evidence"]
    assert row["evidence"].startswith("obstruction_recorded 2016-05-01 (events.csv#2); detention")


def test_sanctions_over_their_limit_and_repeated_ones_come_from_the_rules_not_from_here():
    events = [("a", "fine_imposed", "2016-05-01"), ("b", "fine_imposed", "2016-05-01")]
    findings = pd.DataFrame(
        [("a", "fine_limits", "breached"), ("a", "no_repeat_sanction", "breached"),
         ("b", "fine_limits", "met")],
        columns=["case_no", "rule", "outcome"],
    )  # fmt: skip
    found = list_resistance(record(events), AS_OF, findings)
    shown = found[["case_no", "state", "over_limit", "repeated", "duty"]].values.tolist()
    assert shown == [["a", "no_resistance", 1, 1, 0]]
    assert count_strike(found)[["no_resistance", "over_limit", "criminal"]].values.tolist() == [
        [1, 1, 0]
    ]


def test_a_record_without_resistance_gives_an_empty_table():
    found = list_resistance(record([("a", "notice_issued", "2016-05-01")]), AS_OF, NO_FINDINGS)
    assert found.empty and tuple(found.columns) == STRIKE_COLUMNS
    assert count_strike(found).empty
