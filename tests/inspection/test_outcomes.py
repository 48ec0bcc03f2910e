import pandas as pd
import pytest

from audit_lib.errors import MissingColumn
from audit_lib.inspection import check_rectification, label_cases, read_outcomes


def row(case="a", issue="passive", **more):
    base = {"case_no": case, "round": "r", "issue": issue, "court_code": "x", "inspector": "p"}
    return base | {"inspected_on": pd.Timestamp("2016-10-01"), "selected_as": "random"} | more


def state(*rows, issue="passive"):
    out = read_outcomes(pd.DataFrame(list(rows)))
    return out.loc[out["issue"] == issue, "state"].tolist()


def label(*rows):
    return label_cases(read_outcomes(pd.DataFrame(list(rows))), ["passive"])["label"].tolist()


def test_none_speaks_only_for_what_was_examined():
    assert state(row(issue="none", examined="funds;petition")) == ["not_examined"]
    assert state(row(issue="none", examined="funds;passive")) == ["not_found"]
    assert state(row(issue="none")) == ["not_found"]


def test_labels_that_contradict_each_other_are_no_label():
    assert state(row(), row(issue="none", inspector="q")) == ["contradicted"]
    assert pd.isna(label(row(), row(issue="none", inspector="q"))[0])


@pytest.mark.parametrize("status", ["disputed", "withdrawn"])
def test_a_disputed_or_withdrawn_result_keeps_its_history_and_gives_no_label(status):
    assert state(row(status=status)) == [status]
    assert pd.isna(label(row(status=status))[0])


def test_two_rounds_of_one_case_are_two_labels():
    assert label(row(), row(issue="none", round="s")) == [1.0, 0.0]


def test_inspections_of_the_day_or_later_or_without_a_day_are_not_seen():
    rows = pd.DataFrame(
        [
            row(),
            row("b", inspected_on=pd.Timestamp("2016-12-28")),
            row("c", inspected_on=pd.NaT),
        ]
    )
    assert read_outcomes(rows, before="2016-12-28")["case_no"].unique().tolist() == ["a"]


def test_no_inspections_give_no_labels():
    empty = pd.DataFrame({name: [] for name in row()})
    assert label_cases(read_outcomes(empty), ["passive"]).empty


def test_a_table_without_issues_is_refused():
    with pytest.raises(MissingColumn, match="issue"):
        read_outcomes(pd.DataFrame({"case_no": ["a"], "round": ["r"]}))


def test_rectification_is_checked_against_the_record_of_the_later_day():
    done = {"rectified_on": pd.Timestamp("2016-11-20")}
    due = {"rectify_by": pd.Timestamp("2016-11-30")}
    inspections = pd.DataFrame(
        [
            row("a", **done),
            row("b", **done),
            row("c", **due),
            row("d", rectify_by=pd.Timestamp("2017-01-30")),
            row("e"),
        ]
    )
    findings = pd.DataFrame({"case_no": ["b"], "theme": ["passive"], "outcome": ["overdue"]})
    out = check_rectification(inspections, findings, "2016-12-28").set_index("case_no")
    assert out["rectification"].to_dict() == {
        "a": "shown",
        "b": "not_shown",
        "c": "overdue",
        "d": "running",
        "e": "no_date",
    }
