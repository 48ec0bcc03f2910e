"""What the desk shows: the list and its filters, one case, masked names, hostile words."""

import dataclasses
import re
import shutil

import pandas as pd
import pytest
from desk_round import COURT, ROUND

from audit_lib.desk import Filters, build_case, build_queue, case_html, open_data
from audit_lib.errors import BadParameterFile, BadSnapshot, UnknownCode


def every_case(data) -> pd.DataFrame:
    return build_queue(data, COURT, Filters(drawn=False))


def html_of(data, case_no, **options) -> str:
    return case_html(build_case(data, COURT, case_no, **options))


def test_the_list_is_the_draw_by_stratum_and_then_by_risk(data):
    queue = build_queue(data, COURT)
    drawn = data.court(COURT)["select"]
    assert sorted(queue["case_no"]) == sorted(drawn["case_no"])
    places = queue["stratum"].map({"must": 0, "risk": 1, "random": 2})
    assert places.is_monotonic_increasing
    for _, part in queue.groupby("stratum"):
        assert part["score"].is_monotonic_decreasing
    assert (queue["state"] == "todo").all()


def test_each_filter_keeps_exactly_the_rows_it_names(data):
    everything = every_case(data)
    for handler in everything["handler"].dropna().unique():
        found = build_queue(data, COURT, Filters(drawn=False, handler=handler))
        assert list(found["case_no"]) == list(
            everything.loc[everything["handler"] == handler, "case_no"]
        )
    themes = {t for text in everything["themes"] for t in text.split(";") if t}
    for theme in themes:
        found = build_queue(data, COURT, Filters(drawn=False, theme=theme))
        assert len(found) and all(theme in text.split(";") for text in found["themes"])
    decided = everything["case_no"].iloc[0]
    found = build_queue(data, COURT, Filters(drawn=False, state="decided"), {decided: "decided"})
    assert list(found["case_no"]) == [decided]


def test_searched_words_are_words_and_no_pattern(data):
    number = every_case(data)["case_no"].iloc[0]
    assert list(build_queue(data, COURT, Filters(drawn=False, text=number))["case_no"]) == [number]
    assert build_queue(data, COURT, Filters(drawn=False, text="(.*[")).empty


def test_a_case_shows_its_findings_with_article_row_and_the_days_of_the_record(data):
    check = data.court(COURT)["check"]
    found = check[check["outcome"].isin(["late", "overdue", "breached"])].iloc[0]
    html = html_of(data, found["case_no"])
    assert found["article"] in html
    assert re.search(r"\w+\.csv 第\d+行", html)
    assert "<svg" in html and "供人工核查的线索" in html
    day = pd.Timestamp(found["due_on"])
    assert f"{day.year}年{day.month}月{day.day}日" in html


def test_people_are_masked_until_full_names_are_asked_for(data):
    parties = data.court(COURT)["parties"]
    person = parties[parties["kind"].eq("natural_person") & parties["name"].str.len().gt(1)].iloc[0]
    masked = html_of(data, person["case_no"])
    assert person["name"] not in masked
    assert person["name"] in html_of(data, person["case_no"], names="shown")


def test_a_petition_keeps_its_words_where_names_are_masked(data):
    found = 0
    for court in data.courts:
        texts = data.court(court)["petitions"].set_index("petition_id")["text"]
        for claim in data.court(court)["claims"].dropna(subset=["case_no"]).itertuples():
            rows = data.case(court, claim.case_no)["petitions"].set_index("petition_id")
            if claim.petition_id in texts and isinstance(texts[claim.petition_id], str):
                found += 1
                assert len(rows["text"][claim.petition_id]) > 0.5 * len(texts[claim.petition_id])
            assert claim.quote is None or "part-desk-petitions" in case_html(
                build_case(data, court, claim.case_no)
            )
    assert found


def test_a_case_that_left_the_record_says_so_and_nothing_else(data):
    (part,) = build_case(data, COURT, "（2016）鲁0902执99999号")
    assert "不在这份快照里" in case_html([part])


def test_a_court_outside_the_desk_is_refused(data):
    with pytest.raises(UnknownCode):
        data.court("京01")


def test_hostile_words_of_a_record_stay_words(data):
    number = every_case(data)["case_no"].iloc[0]
    tables = data.court(COURT)
    attack = (
        '<script>alert(1)</script><img src="https://example.org/x" onerror=alert(1)>' + "长" * 9000
    )
    events = tables["events"].copy()
    mine = events["case_no"].eq(number)
    events.loc[mine, "note"] = attack
    events.loc[mine, "event"] = attack
    cases = tables["cases"].copy()
    cases.loc[cases["case_no"].eq(number), ["cause", "handler"]] = attack
    other = dataclasses.replace(data)
    other._open, other._rows = type(data._open)(), {}
    other._open[COURT] = tables.with_frames({"events": events, "cases": cases})
    html = html_of(other, number)
    assert "&lt;script&gt;" in html
    assert "<script" not in html and "<img" not in html


def test_tables_are_prepared_once_and_read_ever_after(prepared, snapshot):
    data, folder = prepared
    before = {p: p.stat().st_mtime_ns for p in data.folder.rglob("*")}
    again = open_data(snapshot, ROUND, folder)
    if again.folder == data.folder:  # the library itself was not changed in between
        assert {p: p.stat().st_mtime_ns for p in data.folder.rglob("*")} == before
    assert again.courts == data.courts
    assert not [p for p in (folder / "tables").iterdir() if p.name.startswith(".")]


def test_what_is_missing_is_named_and_nothing_is_left_behind(tmp_path, snapshot):
    with pytest.raises(BadSnapshot):
        open_data(tmp_path / "none", ROUND, tmp_path / "desk")
    with pytest.raises(BadParameterFile):
        open_data(snapshot, "1999-01", tmp_path / "desk")
    with pytest.raises(UnknownCode):
        open_data(snapshot, ROUND, tmp_path / "desk", courts=["京01"])
    assert not (tmp_path / "desk").exists()


def test_the_notebook_is_thin_and_carries_no_output(root):
    import nbformat

    notebook = nbformat.read(root / "notebooks" / "inspection_desk.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) <= 12
    for cell in code:
        assert len(cell.source.splitlines()) <= 10
        assert "def " not in cell.source and not cell.outputs


def test_the_server_that_opens_the_desk_listens_to_this_machine_alone(tmp_path):
    from audit_lib.desk.launch import server_command

    lab = server_command(9999, False, False, tmp_path / "desk")
    config = next(word for word in lab if word.startswith("--config=")).split("=", 1)[1]
    said = open(config, encoding="utf-8").read()
    assert 'ip = "127.0.0.1"' in said and "terminals_enabled = False" in said
    readers = server_command(9999, False, True, tmp_path / "readers")
    assert "--Voila.ip=127.0.0.1" in readers and "--no-browser" in readers
    assert shutil.which(lab[0])


def test_the_form_keeps_a_draft_shows_a_conflict_and_saves(data, tmp_path):
    import datetime

    from audit_lib.desk import Desk, Store

    url = f"sqlite:///{tmp_path / 'd.sqlite'}"
    store = Store(url)
    desk = Desk(data, "zh", store)
    desk.court.value = COURT
    number = build_queue(data, COURT)["case_no"].iloc[0]
    desk.cases.value = number
    form = desk.form
    form.author.value = "督查员甲"
    form.fields["note"].value = "写到一半"
    restarted = Desk(data, "zh", Store(url))
    restarted.court.value = COURT
    restarted.form.author.value = "督查员甲"
    restarted.cases.value = number
    assert restarted.form.fields["note"].value == "写到一半"
    form.fields["issues"].value = form.fields["examined"].value = ("passive",)
    form._decide()
    assert "inspected_on" in form.told.value and store.head()[0] == 0
    form.fields["inspected_on"].value = datetime.date(2016, 12, 29)
    form._decide()
    assert "已保存" in form.told.value
    assert store.states(ROUND, COURT) == {number: "decided"}
    late = restarted.form
    late.author.value = "督查员乙"
    late.fields["issues"].value = late.fields["examined"].value = ("funds",)
    late.fields["inspected_on"].value = datetime.date(2016, 12, 29)
    late._decide()
    assert "他人已写下意见" in late.told.value and "写到一半" in late.told.value
    assert store.head()[0] == 1
