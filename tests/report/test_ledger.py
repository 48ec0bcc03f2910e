import pandas as pd
import pytest
from court_names import AS_OF, CODE, case_number
from courts import make_frames, write_court

from audit_lib.report import court_report, load_court
from audit_lib.report.ledger import build_ledger


def ledger_of(
    tmp_path, rectify_by=None, rectified_on=None, status=None, finding=None, issue="passive"
):
    frames = make_frames(12)
    number = case_number(1)
    frames["inspections"] = pd.DataFrame(
        [(number, CODE, "2016-09", "2016-09-20", issue, status, rectify_by, rectified_on)],
        columns="case_no court_code round inspected_on issue status rectify_by "
        "rectified_on".split(),
    )
    check = frames["check"].iloc[:0]
    if finding:
        row = (
            frames["check"]
            .iloc[[0]]
            .assign(
                case_no=number,
                theme="passive",
                outcome=finding[0],
                started_on=pd.Timestamp(finding[1]),
            )
        )
        check = pd.concat([check, row], ignore_index=True)
    frames["check"] = check
    return build_ledger(load_court(write_court(tmp_path, frames)))


@pytest.mark.parametrize(
    ("case", "state"),
    [
        (dict(rectify_by="2016-10-31", rectified_on="2016-10-31"), "done"),
        (dict(rectify_by="2016-10-31", rectified_on="2016-11-01"), "late"),
        (dict(rectify_by="2016-12-27"), "not_done"),
        (dict(rectify_by="2016-12-28"), "open"),
        (dict(), "no_term"),
        (dict(rectify_by="2016-12-01", rectified_on="2017-01-05"), "not_done"),
        (
            dict(
                rectify_by="2016-10-31", rectified_on="2016-10-20", finding=("late", "2016-11-01")
            ),
            "came_back",
        ),
        (
            dict(
                rectify_by="2016-10-31",
                rectified_on="2016-10-20",
                finding=("overdue", "2016-01-01"),
            ),
            "claimed",
        ),
        (
            dict(
                rectify_by="2016-10-31", rectified_on="2016-10-20", finding=("late", "2016-01-01")
            ),
            "done",
        ),
    ],
)
def test_what_became_of_an_issue(tmp_path, case, state):
    assert ledger_of(tmp_path, **case)["state"].tolist() == [state]


def test_days_late_are_counted_from_the_term(tmp_path):
    assert ledger_of(tmp_path, rectify_by="2016-12-18")["days_late"].tolist() == [10]


@pytest.mark.parametrize(
    "left_out", [dict(status="withdrawn"), dict(status="disputed"), dict(issue="none")]
)
def test_what_nobody_stands_by_is_not_in_the_ledger(tmp_path, left_out):
    assert ledger_of(tmp_path, rectify_by="2016-10-31", **left_out).empty


def test_the_report_opens_with_the_ledger(tables):
    report = court_report(tables)
    assert [part.key for part in report][1] == "follow_up"
    assert "逾期未整改" in report.follow_up._repr_html_()
    assert AS_OF == tables.facts.as_of
