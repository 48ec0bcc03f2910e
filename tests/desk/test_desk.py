"""What the desk shows: the list and its filters, one case, masked names, hostile words."""

import dataclasses
import re
import shutil
import unicodedata

import pandas as pd
import pytest
from desk_round import COURT, ROUND, altered_case

from audit_lib.desk import Desk, Filters, build_case, build_queue, case_html, draw_case, open_data
from audit_lib.desk.laying import lay_court
from audit_lib.desk.steps import draw_steps, first_page
from audit_lib.desk.timeline import MIME, build_points, write_drawings
from audit_lib.desk.writing import rule_says
from audit_lib.errors import BadParameterFile, BadSnapshot, UnknownCode


def every_case(data) -> pd.DataFrame:
    return build_queue(data, COURT, Filters(drawn=False))


def marks_of(drawing) -> list[dict]:
    return next(source["values"] for source in drawing["data"] if source["name"] == "case")


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
    assert "供人工核查的线索" in html
    says = rule_says(found["rule"], found["version"])
    assert len(says) > 5 and says in html
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
            html = case_html(build_case(data, court, claim.case_no))
            assert claim.quote is None or "part-desk-petitions" in html
            # What speaks for and against is said in the language of the screen.
            assert "for: " not in html and "against: " not in html
            assert isinstance(claim.evidence, str) <= ("支持反映的" in html)
    assert found


def test_no_code_of_ours_stands_on_a_page_in_chinese(data):
    for number in data.court("鲁0923").queue["case_no"]:
        html = case_html(build_case(data, "鲁0923", number))
        text = re.sub(r"<style>.*?</style>|<[^>]+>|\w+\.csv", " ", html, flags=re.DOTALL)
        assert re.findall(r"[A-Za-z_]{3,}", text) == []


def test_a_case_that_left_the_record_says_so_and_nothing_else(data):
    parts = build_case(data, COURT, "（2016）鲁0902执99999号")
    assert [part.key for part in parts] == ["desk-case", "desk-changes"]
    assert "不在这份快照里" in case_html(parts)
    assert draw_case(data.case(COURT, "（2016）鲁0902执99999号")) is None


def test_a_court_outside_the_desk_is_refused(data):
    with pytest.raises(UnknownCode):
        data.court("京01")


@pytest.fixture
def hostile(data, tmp_path):
    """Return the court with one case full of markup and very long words, and that case."""
    number = every_case(data)["case_no"].iloc[0]
    folder = tmp_path / "tables" / COURT
    shutil.copytree(data.folder / COURT, folder, ignore=shutil.ignore_patterns("desk"))
    attack = (
        '<script>alert(1)</script><img src="https://example.org/x" onerror=alert(1)>' + "长" * 9000
    )
    columns = {"events": ["note", "event", "party"], "cases": ["cause", "handler"]}
    for table, names in (columns | {"parties": ["name"]}).items():
        frame = pd.read_parquet(folder / f"{table}.parquet")
        for name in names:
            frame[name] = frame[name].astype(object)
        frame.loc[frame["case_no"].eq(number), names] = attack
        frame.to_parquet(folder / f"{table}.parquet")
    lay_court(folder)
    write_drawings(tmp_path / "tables")
    other = dataclasses.replace(data, folder=tmp_path / "tables", courts={COURT: "院"})
    other._open = type(data._open)()
    return other, number


def test_hostile_and_very_long_words_of_a_record_stay_words(hostile):
    data, number = hostile
    html = html_of(data, number)
    assert "&lt;script&gt;" in html
    assert "<script" not in html and "<img" not in html
    assert "长" * 5000 not in html
    drawing = draw_case(data.case(COURT, number), folder=data.folder)
    assert all(len(row["told"]) < 400 for row in marks_of(drawing))
    desk = Desk(data)
    desk.drawn.value = False
    (line,) = [text for text, case in desk.cases.options if case == number]
    assert len(line) < 250
    desk.cases.value = number
    assert "<script" not in desk.page.value


def test_tables_are_prepared_once_and_read_ever_after(prepared, snapshot):
    data, folder = prepared
    before = {p: p.stat().st_mtime_ns for p in data.folder.rglob("*")}
    again = open_data(snapshot, ROUND, folder)
    assert again.folder == data.folder and again.courts == data.courts
    assert {p: p.stat().st_mtime_ns for p in data.folder.rglob("*")} == before
    assert not [p for p in (folder / "tables").iterdir() if p.name.startswith(".")]


def test_what_is_missing_is_named_and_nothing_is_left_behind(tmp_path, snapshot):
    with pytest.raises(BadSnapshot):
        open_data(tmp_path / "none", ROUND, tmp_path / "desk")
    with pytest.raises(BadParameterFile):
        open_data(snapshot, "1999-01", tmp_path / "desk")
    with pytest.raises(UnknownCode):
        open_data(snapshot, ROUND, tmp_path / "desk", courts=["京01"])
    assert not (tmp_path / "desk").exists()


def test_the_notebook_is_thin_and_its_first_page_tells_the_six_steps_with_pictures(root):
    import nbformat

    notebook = nbformat.read(root / "notebooks" / "inspection_desk.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) <= 12
    for cell in code:
        assert len(cell.source.splitlines()) <= 10
        assert "def " not in cell.source and not cell.outputs
    first = notebook.cells[0]
    assert first.source == first_page("zh")
    assert set(first.attachments) == {f"{name}.png" for name in draw_steps()}
    assert len(draw_steps()) == 6


def test_the_server_that_opens_the_desk_listens_to_this_machine_alone(tmp_path):
    from audit_lib.desk.launch import server_command

    lab = server_command(9999, False, False, tmp_path / "desk")
    config = next(word for word in lab if word.startswith("--config=")).split("=", 1)[1]
    said = open(config, encoding="utf-8").read()
    assert 'ip = "127.0.0.1"' in said and "terminals_enabled = False" in said
    readers = server_command(9999, False, True, tmp_path / "readers")
    assert "--Voila.ip=127.0.0.1" in readers and "--no-browser" in readers
    assert shutil.which(lab[0])


def test_every_sort_puts_its_own_first_and_loses_no_case(data):
    whole = set(every_case(data)["case_no"])
    wanted = {"score": ("score", False), "findings": ("findings", False),
              "silence": ("silent_days", False), "filed": ("filed_on", True)}  # fmt: skip
    for name, (column, rising) in wanted.items():
        found = build_queue(data, COURT, Filters(drawn=False, sort=name))
        assert set(found["case_no"]) == whole
        values = found[column].dropna()
        assert values.is_monotonic_increasing if rising else values.is_monotonic_decreasing


def test_the_timeline_has_events_due_days_silence_and_report_days(data):
    court = data.court(COURT)
    found = court["check"][court["check"]["outcome"].isin(["late", "overdue"])]
    number = found["case_no"].iloc[0]
    tables = data.case(COURT, number)
    points = build_points(tables)
    events = tables["events"][~(tables["events"]["day"] > tables.facts.as_of)]
    case = tables["cases"].iloc[0]
    days = case[["applied_on", "filed_on", "closed_on"]].dropna()
    seen = points[points["state"].isin(["程序节点", "财产节点", "案款节点"])]
    paused = points[points["lane"].eq("停表") & points["end"].isna()]
    assert len(seen) + len(paused) == len(events) + int((days <= tables.facts.as_of).sum())
    due = pd.Timestamp(found["due_on"].iloc[0])
    late = points[points["state"].eq("期满（逾期）")]
    assert f"{due:%Y-%m-%d}" in set(late["start"])
    assert points["told"].str.contains(r"events\.csv 第\d+行").any()
    assert {"月报", "期满日", "程序"} <= set(points["lane"])
    drawing = draw_case(tables, folder=data.folder)
    assert len(marks_of(drawing)) == len(points)
    assert number in drawing["description"]
    kept = {source["name"] for source in drawing["data"]}
    assert {"picked_store", "kind_store", "moved_store"} <= kept


def test_a_case_on_the_screen_has_its_picture_and_the_list_stands_in_columns(data):
    desk = Desk(data)
    desk.drawn.value = False
    desk.cases.value = number = desk.cases.options[0][1]
    (shown,) = desk.line.outputs
    # With a picture beside it, JupyterLab does not draw the case a second time to make one.
    assert number in shown["data"][MIME]["description"] and shown["data"]["image/png"]
    heads = re.sub(r"<style>.*</style>|<[^>]+>", "", desk.heads.value, flags=re.DOTALL)
    for place in range(6):
        cells = {line.split("｜")[place] for line in [heads, *dict(desk.cases.options)]}
        wide = {sum(unicodedata.east_asian_width(s) in "WF" for s in cell) for cell in cells}
        assert len(wide) == 1 and len({len(cell) for cell in cells}) == 1


def test_a_termination_has_a_page_of_its_conditions_each_with_its_article(data):
    conditions = data.court(COURT)["conditions"]
    number = conditions["case_no"].iloc[0]
    html = html_of(data, number)
    assert "终本条件逐项核对" in html
    for row in conditions[conditions["case_no"] == number].itertuples():
        assert row.article in html
    others = set(every_case(data)["case_no"]) - set(conditions["case_no"])
    assert "终本条件逐项核对" not in html_of(data, min(others))


def test_every_condition_of_a_termination_has_its_wording():
    from audit_lib.labels import labels
    from audit_lib.law.loading import load_pack
    from audit_lib.law.suspicion import load_reliability

    known, pack = labels("law_condition"), load_pack()
    for name in load_reliability().conditions:
        for version in pack.rule(name).versions.values():
            assert {need.name for need in version.requires} <= set(known)


def test_what_stood_otherwise_in_an_earlier_snapshot_is_shown_beside(data):
    number, day = altered_case()
    (changes,) = [p for p in build_case(data, COURT, number) if p.key == "desk-changes"]
    html = case_html([changes])
    told = f"{day[:4]}年{int(day[5:7])}月{int(day[8:])}日"
    assert "2016年11月28日" in html and told in html and "改动" in html and "新增" in html
    assert "event=" not in html and "case_no=" not in html and "录入时间：" in html
    altered = set(data.court(COURT)["changes"]["case_no"])
    others = set(every_case(data)["case_no"]) - altered
    assert "前后快照的差别：无" in html_of(data, min(others))


def test_names_of_who_is_no_party_any_more_are_masked_too(data):
    from audit_lib.desk.data import mask_case
    from audit_lib.desk.surroundings import Surroundings

    number = every_case(data)["case_no"].iloc[0]
    tables = data.case(COURT, number, "shown")
    row = {"table": "parties", "court_code": COURT, "case_no": number, "what": "removed",
           "subject": "debtor", "column": None, "before": "name=周不在", "after": None,
           "earlier_on": pd.Timestamp("2016-11-28"), "later_on": tables.facts.as_of}  # fmt: skip
    tables = tables.with_frames({"changes": pd.DataFrame([row])})
    shown = case_html([Surroundings(tables, number, "zh").changes()])
    masked = case_html([Surroundings(mask_case(tables), number, "zh").changes()])
    assert "周不在" in shown and "周不在" not in masked


def test_related_cases_are_those_of_one_origin_and_the_handlers_open_ones(data):
    cases = data.court(COURT)["cases"]
    own = cases[cases["handler"].notna()].iloc[0]
    html = html_of(data, own["case_no"])
    mine = cases[cases["handler"].eq(own["handler"]) & cases["closed_on"].isna()]
    for number in mine["case_no"]:
        assert number in html
    derived = cases[cases["parent_case_no"].isin(cases["case_no"])]
    for row in derived.itertuples():
        assert row.case_no in html_of(data, row.parent_case_no)
