"""Every legal case of ``cases/`` through the real engine: one file a rule, one test a case."""

from functools import cache
from pathlib import Path

import pytest

from audit_lib.law import load_pack
from audit_lib.law.legal_case import LegalCase, compare, judge_cases
from audit_lib.parameters import load_parameters

FOLDER = Path(__file__).parent / "cases"
CASES = [
    (path.stem, case)
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in load_parameters(path, list[LegalCase])
]
SENTENCES = [f"{rule}: {case.name}" for rule, case in CASES]


@cache
def found_on(day):
    """Judge all legal cases of one day at once; the start of a run is what costs."""
    those = [n for n, (_, case) in enumerate(CASES) if case.as_of == day]
    found = judge_cases([(CASES[n][1].record, CASES[n][0]) for n in those], day)
    return dict(zip(those, found, strict=True))


@pytest.mark.parametrize("number", range(len(CASES)), ids=SENTENCES)
def test_the_law_gives_what_a_lawyer_expects(number):
    case = CASES[number][1]
    assert not compare(found_on(case.as_of)[number], case.expect)


def test_every_checkable_rule_has_its_legal_cases():
    without = set(load_pack().checkable()) - {path.stem for path in FOLDER.glob("*.yaml")}
    assert not without
