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
    differences = compare(found_on(case.as_of)[number], case.expect)
    if differences:  # said without the code of the test, which is not for lawyers
        pytest.fail("\n".join([SENTENCES[number], *differences]), pytrace=False)


def test_every_checkable_rule_has_its_legal_cases():
    without = set(load_pack().checkable()) - {path.stem for path in FOLDER.glob("*.yaml")}
    assert not without


def rows_of(rule):
    """Return (record, row found) of every legal case of a rule."""
    for number, (name, case) in enumerate(CASES):
        if name == rule:
            for row in found_on(case.as_of)[number].to_dict("records"):
                yield case.record, row


def asked(rule):
    """Name what the cases of a rule with a clock must hold, as far as its kind has it."""
    wanted = {"in time", "running", "not in time"}
    if rule.kind == "deadline" and not any(v.until_sum for v in rule.versions.values()):
        wanted |= {"last day", "day after"}
    if rule.tolling:
        wanted.add("pause")
    if sum(not version.ended for version in rule.versions.values()) > 1:
        wanted.add("versions")
    if any(version.ended for version in rule.versions.values()):
        wanted.add("ended")
    if rule.always:
        wanted.add("missing start")
    versions = [version for version in rule.versions.values() if not version.ended]
    if {h.event for h in versions[0].until} & set(rule.applies_to.has):
        wanted.discard("running")  # the rule only binds once the act is there
    if {h.event for h in versions[0].start} & set(load_pack().from_other_rooms):
        return wanted - {"day after"}  # a target day of the campaign, or a court's own duty
    return wanted | {"closed"}


def shown(rule, name):
    """Name what the cases of a rule hold."""
    held, versions = set(), set()
    for record, row in rows_of(name):
        due, done, outcome = row["due_on"], row["done_on"], row["outcome"]
        versions.add(row["version"])
        held.add({"met": "in time", "running": "running"}.get(outcome, "not in time"))
        if outcome == "met" and done == due:
            held.add("last day")
        if outcome == "late" and 0 < row["days_late"] <= 3:
            held.add("day after")
        if row["paused_days"] > 0:
            held.add("pause")
        if row["reason"] == "start_not_recorded":
            held.add("missing start")
        if "case_closed" in record:
            held.add("closed")
    if len({version for version in versions if version == version}) > 1:
        held.add("versions")
    for case_rule, case in CASES:
        if case_rule == name and case.expect == {"none": True}:
            held |= {"ended", "closed"} if "case_closed" in case.record else {"ended"}
    return held


CLOCKS = {name: r for name, r in load_pack().checkable().items() if r.kind == "deadline"}


@pytest.mark.parametrize("name", CLOCKS)
def test_a_rule_with_a_clock_has_its_legal_cases(name):
    missing = asked(CLOCKS[name]) - shown(CLOCKS[name], name)
    assert not missing, f"tests/law/cases/{name}.yaml has no case of: {sorted(missing)}"
