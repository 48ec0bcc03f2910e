"""What is planted in the invented record is what the law room finds there."""

from datetime import date

import pandas as pd
import pytest

from audit_lib.law import check_snapshot, load_rules
from audit_lib.record import ingest_sources, open_snapshot, parse_case_no
from audit_lib.record.sample import make_sample

FIRST, LATER = date(2016, 12, 28), date(2017, 9, 29)


@pytest.fixture(scope="module", params=[FIRST, LATER], ids=str)
def held(request, tmp_path_factory):
    """The sample of a day: its planted faults, its findings, its truth, its cases."""
    folder = tmp_path_factory.mktemp("sample")
    make_sample(folder / "s", request.param, cases=700, truth=True)
    ingest_sources([folder / "s"], folder / "snapshot", request.param)
    snapshot = open_snapshot(folder / "snapshot")
    findings = check_snapshot(snapshot, request.param)
    planted = pd.read_csv(folder / "s" / "planted.csv", dtype=str, keep_default_na=False)
    planted = planted[planted["case_no"] != ""]
    planted["case_no"] = [str(parse_case_no(n)) for n in planted["case_no"]]
    truth = pd.read_csv(folder / "s" / "truth.csv")
    truth["case_no"] = [str(parse_case_no(n)) for n in truth["case_no"]]
    return planted, findings, truth, snapshot.cases


def test_every_planted_fault_of_enforcement_is_found(held):
    planted, findings, _truth, _cases = held
    of_law = planted[
        planted["fault"].isin(load_rules()) & ~planted["fault"].str.contains("petition")
    ]
    found = set(zip(findings["case_no"], findings["rule"], strict=True))
    assert set(zip(of_law["case_no"], of_law["fault"], strict=True)) - found == set()


def test_cases_with_nothing_planted_are_lawful_in_the_large(held):
    planted, findings, _truth, cases = held
    ordinary = set(cases["case_no"]) - set(planted["case_no"])
    accused = ordinary & set(findings["case_no"])
    assert len(ordinary) > len(cases) / 2
    assert len(accused) / len(ordinary) < 0.02


def test_lawful_slow_cases_are_not_called_late_in_closing(held):
    planted, findings, truth, _cases = held
    slow = set(truth.loc[truth["lawful_slow"] == 1, "case_no"]) - set(planted["case_no"])
    closing = findings[findings["rule"].str.startswith(("close_", "statutory_passive"))]
    assert slow and not slow & set(closing["case_no"])
