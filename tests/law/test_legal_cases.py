"""Every legal case of ``cases/`` through the real engine: one file a rule, one test a case."""

from pathlib import Path

import pytest

from audit_lib.law import load_pack
from audit_lib.law.legal_case import LegalCase, compare, judge_case
from audit_lib.parameters import load_parameters

FOLDER = Path(__file__).parent / "cases"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}: {case.name}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in load_parameters(path, list[LegalCase])
]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_the_law_gives_what_a_lawyer_expects(rule, case):
    found = judge_case(case.record, rule, case.as_of)
    assert not compare(found, case.expect)


def test_every_checkable_rule_has_its_legal_cases():
    without = set(load_pack().checkable()) - {path.stem for path in FOLDER.glob("*.yaml")}
    assert not without
