"""Two snapshots against each other: nothing that was added, changed or taken away is missed."""

import random

import pytest
from good_record import GOOD, write_good

from audit_lib.record import compare_snapshots


@pytest.fixture
def changes(tmp_path, ingest):
    """Compare the good record with one in which some tables are replaced."""
    before = ingest(write_good(tmp_path / "before")).path
    count = 0

    def run(**tables):
        nonlocal count
        count += 1
        return compare_snapshots(
            before, ingest(write_good(tmp_path / f"after{count}", **tables)).path
        )

    return run


def test_nothing_changed_gives_no_row(changes):
    assert len(changes()) == 0


def test_the_order_of_rows_is_no_change(changes):
    events = GOOD["events"].splitlines(True)
    rest = events[1:]
    random.Random(1).shuffle(rest)
    assert len(changes(events="".join([events[0], *rest]))) == 0


def test_a_back_dated_event_is_one_changed_day(changes):
    found = changes(events=GOOD["events"].replace("2016-03-05,2016-03-05", "2016-03-02,2016-03-05"))
    [row] = found.to_dict("records")
    assert (row["table"], row["what"], row["column"]) == ("events", "changed", "day")
    assert (row["before"], row["after"]) == ("2016-03-05", "2016-03-02")
    assert row["case_no"] == "（2016）鲁0902执1号" and row["subject"] == "notice_issued 2016-03-05"
    assert (row["earlier_file"], row["earlier_row"], row["later_row"]) == ("events.csv", 2, 2)


def test_a_vanished_event_and_a_new_one_are_named(changes):
    events = GOOD["events"].replace("（2016）鲁0902执2号,案款发放,2016-05-20,,2000,,赵某,,\n", "")
    events += "（2016）鲁0902执3号,联系告知申请人,2016-05-20,,,,,,\n"
    found = changes(events=events)
    assert found["what"].tolist() == ["removed", "added"]
    assert found["before"].iat[0].startswith("case_no=（2016）鲁0902执2号; event=money_paid")
    assert "event=creditor_contacted" in found["after"].iat[1]


def test_a_second_equal_entry_is_seen(changes):
    line = GOOD["events"].splitlines(True)[-1]
    assert changes(events=GOOD["events"] + line)["what"].tolist() == ["added"]


def test_a_vanished_case_and_a_changed_handler_are_named(changes):
    cases = GOOD["cases"].replace("王某,,,,涉民生", "钱某,,,,涉民生")
    cases = "".join(cases.splitlines(True)[:-1])
    found = changes(cases=cases)
    assert found[["what", "column", "before"]].fillna("").values.tolist()[0][:2] == [
        "changed", "handler"
    ]  # fmt: skip
    assert found["what"].tolist() == ["changed", "removed"]
    assert found["case_no"].tolist() == ["（2016）鲁0902执1号", "（2016）鲁0902执3号"]


def test_an_id_number_is_never_shown_in_changes(changes):
    found = changes(parties=GOOD["parties"].replace("999902198001011234", "999902197001011234"))
    assert len(found) == 0 or not found.to_csv().count("19700101")
    whole = changes(parties=GOOD["parties"].splitlines(True)[0])
    assert whole["what"].tolist() == ["removed", "removed"]
    assert "19800101" not in whole.to_csv()
