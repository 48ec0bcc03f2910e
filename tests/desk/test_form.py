"""The form: drafts, conflicts, two windows, a store that goes away, words of the right language."""

import datetime

import pytest
from desk_round import COURT, ROUND

from audit_lib.desk import Desk, Store, build_queue

DAY = datetime.date(2016, 12, 29)


@pytest.fixture
def number(data) -> str:
    return build_queue(data, COURT)["case_no"].iloc[0]


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'd.sqlite'}"


def open_desk(data, url, number, author="督查员甲", **options) -> Desk:
    desk = Desk(data, "zh", Store(url, **options))
    desk.court.value = COURT
    if not desk.form.author.value:
        desk.form.author.value = author
    desk.cases.value = number
    return desk


def write(form, note="查控后未处置", **values) -> None:
    form.fields["issues"].value = form.fields["examined"].value = ("passive",)
    form.fields["note"].value = note
    form.fields["inspected_on"].value = DAY
    for name, value in values.items():
        form.fields[name].value = value


def test_the_form_keeps_a_draft_shows_a_conflict_and_saves(data, url, number):
    form = open_desk(data, url, number).form
    form.fields["note"].value = "写到一半"
    late = open_desk(data, url, number, "督查员乙").form
    restarted = open_desk(data, url, number).form
    assert restarted.fields["note"].value == "写到一半"
    form.fields["issues"].value = form.fields["examined"].value = ("passive",)
    form._decide()
    assert "督查日期：尚未填写" in form.told.value and form.store.heads() == {}
    form.fields["inspected_on"].value = DAY
    form._decide()
    assert "已保存" in form.told.value
    assert form.store.states(ROUND, COURT) == {number: "decided"}
    write(late, "另有所见")
    late._decide()
    assert "他人已写下意见" in late.told.value and "写到一半" in late.told.value
    assert form.store.heads()[COURT][0] == 1


def test_evidence_that_was_ticked_is_kept_as_the_record_names_it(data, url, number):
    form = open_desk(data, url, number).form
    ticked = form.fields["evidence"].options[-1][1]
    write(form, evidence=(ticked,))
    form._decide()
    (entry,) = form.store.history(ROUND, COURT, number)
    assert entry.body.evidence == (ticked,) and ".csv#" in ticked
    drawn = data.court(COURT)["select"].set_index("case_no").loc[number]
    assert entry.body.selected_as == drawn["stratum"]
    assert entry.body.probability == drawn["probability"]


def test_a_second_reading_a_dispute_and_a_withdrawal_are_written_beneath(data, url, number):
    form = open_desk(data, url, number).form
    write(form)
    form._decide()
    form.remark.value = "同意"
    form._remark("second_reading", agrees=True)
    assert "复核须由另一督查人员作出" in form.told.value
    other = open_desk(data, url, number, "督查员乙").form
    other.author.value = "督查员乙"
    for kind, state in (("second_reading", "read_again"), ("dispute", "disputed"),
                        ("withdrawal", "withdrawn")):  # fmt: skip
        other.remark.value = f"理由{kind}"
        other._remark(kind, **({"agrees": True} if kind == "second_reading" else {}))
        assert other.store.states(ROUND, COURT) == {number: state}
        assert f"理由{kind}" in other.written.value


def test_a_change_without_a_reason_is_refused_and_with_one_both_stand(data, url, number):
    form = open_desk(data, url, number).form
    write(form)
    form._decide()
    write(form, "补看后改写")
    form._decide()
    assert "须写明改动理由" in form.told.value and "reason" not in form.told.value
    form.fields["reason"].value = "补看案卷"
    form._decide()
    assert "查控后未处置" in form.written.value and "补看后改写" in form.written.value


def test_two_windows_of_one_inspector_lose_no_draft_and_no_decision(data, url, number):
    one, two = (open_desk(data, url, number).form for _ in range(2))
    one.fields["note"].value = "第一窗口所写"
    two.fields["note"].value = "第二窗口所写"
    assert "另一窗口也写有草稿" in two.told.value
    assert two.fields["note"].value == "第二窗口所写"
    assert two.store.draft(ROUND, COURT, number, "督查员甲")[0]["note"] == "第一窗口所写"
    write(two, "第二窗口所写")
    two._decide()
    assert "已保存" in two.told.value
    write(one, "第一窗口所写")
    one._decide()
    assert "他人已写下意见" in one.told.value and "第二窗口所写" in one.told.value


@pytest.mark.postgres
def test_a_database_that_goes_away_costs_no_word_and_takes_the_save_when_it_is_back(
    data, cluster, number, monkeypatch
):
    from audit_lib.desk import store as room

    short = room.load_desk_settings().model_copy(update={"save_seconds": 1})
    monkeypatch.setattr(room, "load_desk_settings", lambda: short)
    desk = open_desk(data, cluster.make_database(), number)
    form = desk.form
    cluster.stop("fast")
    try:
        write(form, "断线时所写")
        form._decide()
        assert "意见库暂时不能使用" in form.told.value
        assert form.fields["note"].value == "断线时所写"
        desk.sort.value = "score"
        assert desk.cases.options
    finally:
        cluster.start()
    form._decide()
    assert "已保存" in form.told.value
    (entry,) = form.store.history(ROUND, COURT, number)
    assert entry.body.note == "断线时所写"
    form.store.close()


def test_a_store_that_may_not_be_written_says_so_and_keeps_the_words_on_the_screen(
    data, url, number
):
    form = open_desk(data, url, number).form
    form.store._engine.dispose()
    closed = url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    form.store = Store(closed, read_only=True)
    form.store.read_only = False
    write(form, "写不进去")
    form._decide()
    assert "不允许写入" in form.told.value and form.fields["note"].value == "写不进去"


def test_who_writes_is_remembered_on_a_desk_and_fixed_by_the_account_on_a_hub(
    data, url, number, monkeypatch
):
    form = open_desk(data, url, number).form
    write(form)
    form._decide()
    again = Desk(data, "zh", Store(url)).form
    assert again.author.value == "督查员甲" and not again.author.disabled
    monkeypatch.setenv("JUPYTERHUB_USER", "zhangsan")
    hub = Desk(data, "zh", Store(url)).form
    assert hub.author.value == "zhangsan" and hub.author.disabled


def test_names_of_any_length_are_refused_or_shown_but_never_break_the_form(data, url, number):
    form = open_desk(data, url, number, "名" * 500).form
    write(form)
    form._decide()
    assert "督查人员：过长" in form.told.value
    form.author.value = "名" * 100
    write(form, "长" * 20_001)
    form._decide()
    assert "说明：过长" in form.told.value
    write(form, "<img src=x onerror=alert(1)>" + "长" * 10_000)
    form._decide()
    assert "已保存" in form.told.value and "<img" not in form.written.value


def test_a_draft_on_a_case_that_left_the_record_is_still_there(data, url):
    gone = "（2016）鲁0902执99999号"
    store = Store(url)
    store.keep_draft(ROUND, COURT, gone, "督查员甲", {"note": "曾写过"}, 0)
    desk = Desk(data, "zh", store)
    desk.court.value = COURT
    desk.form.author.value = "督查员甲"
    (line,) = [text for text, number in desk.cases.options if number == gone]
    assert "有草稿" in line and "已不在这份快照里" in line
    desk.cases.value = gone
    assert "不在这份快照里" in desk.head.value
    assert desk.form.fields["note"].value == "曾写过" and desk.line.outputs == ()
