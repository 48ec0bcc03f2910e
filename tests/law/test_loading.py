"""A rule file that is wrong is refused at load, with file and line, before any case is judged."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from audit_lib.errors import BadParameterFile, NoVersionInForce, UnknownCode
from audit_lib.law import load_pack
from audit_lib.law.loading import record_events
from audit_lib.parameters import parameters_folder

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_a_broken_rule_is_refused_with_its_place(path, tmp_path):
    for name in ("texts.yaml", "pauses.yaml", "vocabulary.yaml"):
        shutil.copy(parameters_folder() / "law" / name, tmp_path)
    (tmp_path / "rules").mkdir()
    shutil.copy(path, tmp_path / "rules")
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(BadParameterFile) as refused:
        load_pack(tmp_path, record_events())
    assert path.name in str(refused.value)
    assert "line" in str(refused.value)
    assert expected in str(refused.value)


def test_a_rule_is_in_force_from_its_day_until_it_ends():
    pack = load_pack()
    day, version = pack.version_in_force("verify_clue_5d", date(2017, 4, 30))
    assert (day, str(version.within)) == (date(2007, 1, 1), "5 days")
    for outside in (date(2006, 12, 31), date(2017, 5, 1)):
        with pytest.raises(NoVersionInForce):
            pack.version_in_force("verify_clue_5d", outside)


def test_a_misspelt_rule_is_named_with_the_nearest_one():
    with pytest.raises(UnknownCode, match="Did you mean `exec_notice_10d`"):
        load_pack().rule("exec_notice_10")


@pytest.mark.shared
def test_every_row_of_the_catalogue_is_encoded_and_says_what_it_says(shared_data):
    import csv

    with open(shared_data.parent / "law" / "rules.csv", encoding="utf-8") as file:
        rows = {row["rule_id"]: row for row in csv.DictReader(file)}
    rules = load_pack().rules
    assert set(rules) == set(rows)
    for name, row in rows.items():
        rule = rules[name]
        assert rule.theme in (row["theme"], "report" if row["theme"] == "data_quality" else None)
        assert rule.severity == row["severity_hint"]
        assert rule.verified == (row["verified"] == "yes")
        assert rule.title.zh == row["title_zh"]
        if rule.kind != "not_checkable":
            assert min(rule.versions) == date.fromisoformat(row["from_date"])
