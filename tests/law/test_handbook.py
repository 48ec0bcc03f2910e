"""The law as people read it: by theme and day, doubts visible, the page always current."""

from datetime import date

import pytest

from audit_lib.law import load_pack
from audit_lib.law.handbook import list_rules, render_rules


@pytest.mark.parametrize(("lang", "name"), [("zh", "rules.zh-CN.md"), ("en", "rules.md")])
def test_the_page_of_the_docs_is_what_the_rule_files_say(root, lang, name):
    page = (root / "docs" / "law" / name).read_text(encoding="utf-8")
    assert page == render_rules(lang), f"run: audit rules --lang {lang} --doc docs/law/{name}"


def test_a_rule_is_listed_from_its_first_day_to_the_day_before_it_ends():
    def listed(day):
        return set(list_rules(day)["rule"])

    assert "verify_clue_5d" in listed(date(2017, 4, 30))
    assert "verify_clue_7d" not in listed(date(2017, 4, 30))
    assert "verify_clue_5d" not in listed(date(2017, 5, 1))
    assert "verify_clue_7d" in listed(date(2017, 5, 1))


def test_the_article_is_that_of_the_day():
    def article(day):
        rules = list_rules(day).set_index("rule")
        return rules.loc["exec_notice_10d", "article"]

    assert article(date(2022, 4, 9)) == "第四百八十二条"
    assert article(date(2022, 4, 10)) == "第四百八十条"


def test_what_cannot_be_checked_is_listed_with_its_reason_and_doubts_are_shown():
    rules = list_rules().set_index("rule")
    assert len(rules) == len(load_pack().rules)
    hidden = rules[rules["checkable"].eq("no")]
    assert len(hidden) and hidden["reason"].str.len().gt(0).all()
    assert rules.loc[rules["verified"].eq("no"), "doubts"].str.len().gt(0).all()


def test_the_page_has_every_rule_and_every_doubt():
    page = render_rules("zh")
    for name, rule in load_pack().rules.items():
        assert f"`{name}`" in page
        assert all(doubt.zh in page for doubt in rule.doubts)
