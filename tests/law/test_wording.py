"""Every id that the law room gives has its wording in both languages."""

import re
from pathlib import Path

import pytest

import audit_lib.law
from audit_lib.labels import labels
from audit_lib.law import load_pack
from audit_lib.law.clauses import NOTES
from audit_lib.law.selective import LIKENESS, load_selective
from audit_lib.law.strike import STATES

ROOM = Path(audit_lib.law.__file__).parent


def reasons():
    """Return the reasons for `unknown` that the engine's own statements name."""
    text = "".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py"))
    named = {word for word in labels("law_reason") if f"'{word}'" in text}
    return named | set(re.findall(r"THEN '(\w+_(?:recorded|records|beyond|start|text))'", text))


def conditions():
    return {
        need.name
        for rule in load_pack().rules.values()
        for version in rule.versions.values()
        for need in version.requires
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("group", "ids"),
    [
        ("law_note", {*NOTES, "keyed_late"}),
        ("law_reason", reasons()),
        ("law_condition", conditions() | {"three_months"}),
        ("law_like", set(LIKENESS)),
        ("law_step", set(load_selective().steps)),
        ("law_strike_state", set(STATES)),
        ("law_suspicion", {"late_keyed", "burst", "order", "identical", "never_recorded"}),
        ("law_condition_state", {"met", "missing", "not_required", "unknown"}),
    ],
)
def test_every_id_has_its_wording_and_no_wording_is_left_over(group, ids, lang):
    wording = labels(group, lang)
    assert set(wording) == ids
    assert all(text.strip() for text in wording.values())
