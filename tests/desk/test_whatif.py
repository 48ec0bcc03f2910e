"""What if: the list changes at once, the round never, and nothing is kept without a reason."""

import datetime

import pandas as pd
import pytest
from desk_round import COURT

from audit_lib.desk import Desk, WhatIf
from audit_lib.inspection import load_risk, load_round
from audit_lib.inspection.alternative import (
    BadChange,
    change_risk,
    list_alternative,
    write_proposal,
)
from audit_lib.record import open_snapshot

TABLES = ("check", "claims", "silence", "categories", "features")


@pytest.fixture
def tried(data) -> WhatIf:
    return WhatIf(data, lambda: COURT, lambda: "督查员甲", "zh")


def prepared(data) -> dict:
    return {name: data.court(COURT)[name] for name in TABLES}


def same_draw(data, drawn) -> bool:
    standing = data.court(COURT)["select"]
    columns = ["case_no", "stratum", "score", "reasons"]
    a, b = (f[columns].sort_values("case_no").reset_index(drop=True) for f in (standing, drawn))
    return a.astype(object).equals(b.astype(object))


def test_without_a_change_the_list_is_the_one_that_stands(data, snapshot):
    opened = open_snapshot(snapshot, [COURT])
    _, drawn = list_alternative(opened, data.round, prepared(data))
    assert same_draw(data, drawn)


def test_measures_made_anew_from_the_prepared_tables_are_the_same(data, snapshot):
    opened = open_snapshot(snapshot, [COURT])
    # A change of this part has every measure made anew; the value is the one that stands.
    same = {"findings.lateness.floor": load_risk().findings.lateness.floor}
    scores, drawn = list_alternative(opened, data.round, prepared(data), same)
    standing = data.court(COURT)["score"].sort_values("case_no")["score"].to_numpy()
    assert (scores.sort_values("case_no")["score"].to_numpy() == standing).all()
    assert same_draw(data, drawn)


def test_another_weight_changes_the_list_at_once_and_the_round_not(data, tried):
    before = data.court(COURT)["select"].copy()
    tried.feature.value = "silence"
    tried.points.value = 0
    low = tried.compare().set_index("case_no")["score_then"]
    tried.points.value = 100
    assert "分数有变" in tried.told.value and "合计仍为一百分" in tried.told.value
    high = tried.compare().set_index("case_no")["score_then"]
    assert not low.reindex(high.index).equals(high)
    pd.testing.assert_frame_equal(before, data.court(COURT)["select"])
    tried.reset()
    assert tried.changes == {} and "与本轮名单相同" in tried.told.value


def test_another_threshold_changes_the_list(data, tried):
    tried.threshold.value = "draw.random_share"
    tried.value.value = 1.0
    found = tried.compare()
    assert set(found["stratum_then"].dropna()) <= {"must", "random"}
    assert "进入" in tried.told.value


def test_another_day_is_judged_anew_and_sees_nothing_later(data, tried):
    tried.as_of.value = datetime.date(2016, 9, 28)
    found = tried.compare()
    cases = data.court(COURT)["cases"].set_index("case_no")
    seen = found.loc[found["stratum_then"].notna(), "case_no"]
    assert (cases.loc[seen, "filed_on"] <= pd.Timestamp("2016-09-28")).all()
    assert found["score_now"].notna().any() and "进入名单" in tried.told.value


def test_a_change_that_is_not_allowed_is_said_and_not_made(data, tried):
    tried.threshold.value = "draw.random_share"
    tried.value.value = 0.01
    assert "不能这样改" in tried.told.value and tried.changes == {}
    with pytest.raises(BadChange, match="no entry"):
        change_risk(load_risk(), {"draw.nothing": 1})


def test_points_that_give_way_add_up_to_a_hundred_whatever_is_changed():
    risk = load_risk()
    for points in (0, 1, 33, 99, 100):
        changed = change_risk(risk, {"card.open.silence.points": points})
        assert changed.card["open"]["silence"].points == points
        assert sum(entry.points for entry in changed.card["open"].values()) == 100
        assert changed.card["terminated"] == risk.card["terminated"]


def test_nothing_is_kept_without_a_name_and_a_reason_and_a_proposal_is_a_round(
    data, tried, tmp_path, monkeypatch
):
    tried.feature.value = "silence"
    tried.points.value = 40
    kept = tmp_path / "own" / "proposals"
    for name, why in (("", "理由"), ("方案一", " "), ("坏/名", "理由")):
        tried.name.value, tried.why.value = name, why
        tried._keep()
        assert "不能这样改" in tried.kept.value and not kept.exists()
    tried.name.value, tried.why.value = "方案一", "多看久拖案件"
    tried._keep()
    assert "方案已另存" in tried.kept.value
    tried._keep()
    assert "已有同名方案" in tried.kept.value
    folder = kept / "方案一"
    assert "多看久拖案件" in (folder / "reason.yaml").read_text(encoding="utf-8")
    monkeypatch.setenv("AUDIT_PARAMETERS", str(folder))
    assert load_risk().card["open"]["silence"].points == 40
    assert load_round(folder / "rounds" / "方案一.yaml").name == "方案一"
    assert [p.name for p in kept.iterdir()] == ["方案一"]


def test_a_proposal_of_no_change_is_refused(data, tmp_path):
    with pytest.raises(BadChange, match="Nothing was changed"):
        write_proposal(tmp_path, "甲", "理由", "某人", data.round, {})


def test_readers_may_try_but_keep_nothing(data, monkeypatch):
    monkeypatch.setenv("AUDIT_DESK_READERS", "1")
    desk = Desk(data)
    texts = [w.description for w in desk.what_if.children[1].children]
    assert texts and desk._tried.name not in [
        child for row in desk.what_if.children for child in getattr(row, "children", ())
    ]
