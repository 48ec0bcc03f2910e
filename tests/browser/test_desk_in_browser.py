"""The desk in real Chromium: in JupyterLab, and in voila for those who only read."""

import json
import os
import re
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from desk_round import COURT, DAY, ROUND, altered_case, make_place
from desk_server import (
    ARGS,
    CHROMIUM,
    Server,
    check_case,
    check_timeline,
    new_page,
    number_of,
    open_case,
    pick,
    run_all,
    sign,
    try_share,
    wait_for_case,
    write_decision,
)

from audit_lib.desk import open_store

pytestmark = pytest.mark.browser


@contextmanager
def open_round(place):
    """Open the store that the desk writes to."""
    store = open_store(f"sqlite:///{place['AUDIT_DESK_FOLDER']}/decisions.sqlite")
    yield store
    store.close()


@pytest.fixture(scope="module")
def chromium():
    why = "no Chromium: apt-get install chromium"
    if CHROMIUM is None and os.environ.get("AUDIT_NO_SKIPS") == "1":
        pytest.fail(why)
    if CHROMIUM is None:
        pytest.skip(why)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory, root) -> dict[str, str]:
    """Point a copy of the notebook at the record that all tests of the desk share."""
    shared = make_place(tmp_path_factory, root)
    base = tmp_path_factory.mktemp("工作台")
    notebooks = base / "notebooks"
    notebooks.mkdir()
    text = (root / "notebooks" / "inspection_desk.ipynb").read_text(encoding="utf-8")
    assert "../data/record/2016-12-28" in text
    text = text.replace("../data/record/2016-12-28", str(shared / "record" / DAY))
    (notebooks / "inspection_desk.ipynb").write_text(text, encoding="utf-8")
    return os.environ | {
        "AUDIT_NOTEBOOKS": str(notebooks),
        "AUDIT_PARAMETERS": str(root / "parameters"),
        "AUDIT_DESK_FOLDER": str(base / "desk"),
        "AUDIT_DESK_TABLES": str(shared / "desk" / "tables"),
        "AUDIT_DESK_URL": "",
        "JUPYTER_TOKEN": "",
        "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
        "IPYTHONDIR": str(base / "ipython"),
    }


@pytest.fixture(scope="module")
def servers(place, tmp_path_factory):
    """Start JupyterLab and the readers' server, one of each, while the other is coming up."""
    logs = tmp_path_factory.mktemp("servers")
    started = {
        "lab": Server(place, logs / "lab"),
        "readers": Server(place, logs / "readers", "--readers"),
    }
    yield started
    for server in started.values():
        server.close()


@pytest.fixture(scope="module")
def lab(servers):
    """One JupyterLab for all tests of this file."""
    servers["lab"].wait("/api")
    return servers["lab"]


@pytest.fixture(scope="module")
def voila(servers):
    """One readers' server for all tests of this file."""
    servers["readers"].wait("/voila/static/voila.js")
    return servers["readers"]


@pytest.fixture(scope="module")
def desk(lab, chromium):
    """Return the desk's page in JupyterLab, run once."""
    page = new_page(chromium)
    page.goto(f"{lab.url}/lab/tree/inspection_desk.ipynb?token={lab.token()}")
    run_all(page, lab)
    yield page
    page.context.close()


@pytest.fixture(autouse=True)
def nothing_asked_outside(request, tmp_path):
    """After each test: no request left the machine, no error came up, and a last picture."""
    yield
    for name in ("desk", "reader"):
        if name in request.fixturenames:
            page = request.getfixturevalue(name)
            page.screenshot(path=str(tmp_path / "last.png"))
            here = ("127.0.0.1", "", None)
            assert [url for url in page.asked if urlsplit(url).hostname not in here] == []
            assert page.faults == []


@pytest.fixture(scope="module")
def reader(voila, chromium):
    """Return the desk's page as readers see it."""
    page = new_page(chromium)
    page.goto(f"{voila.url}/?token={voila.token()}")
    page.wait_for_selector(".desk-queue select[size] option", timeout=90_000, state="attached")
    yield page
    page.context.close()


def test_the_first_page_tells_the_six_steps_in_chinese_with_pictures(desk):
    first = desk.locator(".jp-MarkdownCell").first
    first.scroll_into_view_if_needed()
    assert first.locator("img").count() == 6
    for picture in first.locator("img").all():
        assert picture.evaluate("p => p.naturalWidth") > 100
    assert "六、复核、异议、导出" in first.inner_text()
    assert desk.locator(".lm-MenuBar-item", has_text="文件").count()
    assert desk.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert desk.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_in_jupyterlab_the_list_is_filtered_and_sorted_and_a_case_shows_its_timeline(desk):
    case_no = pick(desk, 0)
    check_case(desk, case_no)
    check_timeline(desk)
    lists = desk.locator(".desk-queue select[size]")
    desk.locator(".desk-queue").get_by_label("搜索").fill(case_no)
    desk.locator(".desk-queue").get_by_label("搜索").press("Enter")
    desk.wait_for_function(
        "document.querySelectorAll('.desk-queue select[size] option').length === 1"
    )
    assert number_of(lists.locator("option").first) == case_no
    desk.locator(".desk-queue").get_by_label("搜索").fill("")
    desk.locator(".desk-queue").get_by_label("搜索").press("Enter")
    desk.wait_for_function(
        "document.querySelectorAll('.desk-queue select[size] option').length > 5"
    )
    desk.locator(".desk-queue").get_by_label("排序").select_option(label="风险分从高到低")
    desk.wait_for_timeout(500)
    scores = [float(o.text_content().split("｜")[1]) for o in lists.locator("option").all()]
    assert scores == sorted(scores, reverse=True)
    desk.locator(".desk-queue").get_by_label("排序").select_option(index=0)


def test_a_case_lays_the_petition_beside_the_record_and_tells_what_changed(desk):
    number, day = altered_case()
    open_case(desk, COURT, number)
    text = desk.locator(".desk-page #part-desk-changes").inner_text()
    assert f"{day[:4]}年{int(day[5:7])}月{int(day[8:])}日" in text
    assert "改动" in text and "event=" not in text
    related = desk.locator(".desk-related select")
    other = related.locator("option").nth(1).text_content().split("\u3000")[0]
    related.select_option(index=1)
    wait_for_case(desk, other)
    assert other in desk.locator(".desk-form-case").inner_text()
    open_case(desk, "鲁0923", "（2015）东执字第3号")
    part = desk.locator(".desk-page #part-desk-petitions")
    said, table = (part.locator(what).bounding_box() for what in ("p:not([class])", "table"))
    assert said["x"] + said["width"] <= table["x"] and abs(said["y"] - table["y"]) < 60
    assert "支持反映的：" in part.inner_text()


def test_decision_and_half_a_note_are_there_after_the_kernel_is_restarted(desk, lab, place):
    half = pick(desk, 3)
    form = desk.locator(".desk-decision")
    form.get_by_label("督查人员").fill("督查员丙")
    form.get_by_label("说明").fill("写到一半时内核重启")
    desk.locator(".desk-told", has_text="草稿已存").wait_for()
    case_no = pick(desk, 1)
    write_decision(desk, "督查员甲", "查控后未处置<img src=x onerror=alert(1)>")
    desk.locator(".desk-told", has_text="已保存").wait_for()
    assert "查控后未处置<img" in desk.locator(".desk-history").inner_text()
    lab.restart_kernel()
    desk.reload()
    run_all(desk, lab)
    assert pick(desk, 1) == case_no
    desk.locator(".desk-history", has_text="查控后未处置<img").wait_for()
    lists = desk.locator(".desk-queue select[size]")
    assert "已有意见" in lists.locator("option", has_text=case_no).first.text_content()
    # The case first: until it is drawn, the form on the screen may be the one of before the reload.
    assert pick(desk, 3) == half
    sign(desk, "督查员丙")
    desk.wait_for_function(
        "[...document.querySelectorAll('.desk-decision textarea')]"
        ".some(t => t.value === '写到一半时内核重启')"
    )
    with open_round(place) as store:
        (entry,) = store.history(ROUND, COURT, case_no)
        assert entry.author == "督查员甲" and store.verify() == []


def test_another_reads_again_the_court_disputes_and_the_export_says_so(desk, place):
    case_no = pick(desk, 1)
    sign(desk, "督查员甲")
    form = desk.locator(".desk-decision")
    form.get_by_label("复核等意见").fill("同意")
    desk.locator(".desk-save-agree").click()
    desk.locator(".desk-told", has_text="复核须由另一督查人员作出").wait_for()
    sign(desk, "督查员丁")
    desk.locator(".desk-save-agree").click()
    desk.locator(".desk-history li", has_text="督查员丁｜复核｜复核同意").wait_for()
    form.get_by_label("复核等意见").fill("案款已发放")
    desk.locator(".desk-save-dispute").click()
    desk.locator(".desk-history li", has_text="法院异议").wait_for()
    listed = desk.locator(".desk-queue select[size] option", has_text=case_no)
    listed.filter(has_text="法院有异议").wait_for(state="attached")
    desk.locator(".desk-export").click()
    desk.locator(".desk-queue", has_text="已导出1行督查结果").wait_for()
    out = Path(place["AUDIT_DESK_FOLDER"]) / "export" / ROUND / "inspections.csv"
    text = out.read_text(encoding="utf-8-sig")
    assert case_no in text and "有异议" in text and "案款已发放" in text
    desk.locator(".desk-save-next").click()
    desk.wait_for_function(
        "before => document.querySelector('.desk-page h3').innerText !== before", arg=case_no
    )


def test_a_conflict_shows_the_words_of_who_was_quicker(desk, place):
    sign(desk, "督查员甲")
    case_no = pick(desk, 2)
    with open_round(place) as store:
        found = {"examined": ["passive"], "inspected_on": "2016-12-29", "note": "卷内有拍卖公告"}
        store.save("decision", ROUND, COURT, case_no, "督查员乙", found, 0)
        write_decision(desk, "督查员甲", "再写一次")
        desk.locator(".desk-told", has_text="他人已写下意见").wait_for()
        assert "卷内有拍卖公告" in desk.locator(".desk-told").inner_text()
        assert len(store.history(ROUND, COURT, case_no)) == 1
        assert store.draft(ROUND, COURT, case_no, "督查员甲")[0]["note"] == "再写一次"


def test_a_store_that_is_gone_is_said_in_chinese_and_takes_the_words_when_it_is_back(desk, place):
    case_no = pick(desk, 4)
    folder = Path(place["AUDIT_DESK_FOLDER"])
    files = sorted(folder.glob("decisions.sqlite*"))
    for path in files:
        path.rename(path.with_name(f"away-{path.name}"))
    try:
        desk.locator(".desk-decision").get_by_label("说明").fill("断开时所写")
        desk.locator(".desk-told", has_text="意见库暂时不能使用").wait_for()
        assert re.search("[A-Za-z]{4,}", desk.locator(".desk-told").inner_text()) is None
    finally:
        for path in files:
            path.with_name(f"away-{path.name}").rename(path)
    write_decision(desk, "名" * 101, "断开时所写")
    desk.locator(".desk-told", has_text="督查人员：过长").wait_for()
    write_decision(desk, "名" * 100, "断开时所写")
    desk.locator(".desk-told", has_text="已保存").wait_for()
    with open_round(place) as store:
        assert [e.body.note for e in store.history(ROUND, COURT, case_no)] == ["断开时所写"]
    for part in (".desk-queue", ".desk-decision", ".desk-what-if"):
        wide = desk.locator(part).first.evaluate("e => e.scrollWidth - e.clientWidth")
        assert wide <= 1, f"{part} is wider than the window by {wide}"


def test_what_if_changes_the_list_and_keeps_nothing_without_a_name_and_a_reason(desk, place):
    pick(desk, 0)
    panel = desk.locator(".desk-what-if")
    try_share(panel)
    strata = panel.locator("tbody tr td:nth-child(5)").all_inner_texts()
    assert set(strata) <= {"必查", "随机", "—"} and "随机" in strata
    assert "改动后：进入名单" in panel.inner_text() and "0.2 → 1" in panel.inner_text()
    kept = Path(place["AUDIT_DESK_FOLDER"]) / "proposals"
    for field, text, told in (
        ("", "", "尚未填写方案名称"), ("方案名称", "多抽随机", "尚未填写理由"),
        ("理由", "随机样本太少", "方案已另存"),
    ):  # fmt: skip
        assert not kept.exists()
        if field:
            panel.get_by_label(field, exact=True).fill(text)
        panel.locator(".desk-keep-proposal").click()
        panel.locator(".desk-if-kept", has_text=told).wait_for()
    assert (kept / "多抽随机" / "reason.yaml").exists()
    panel.get_by_role("button", name="恢复本轮设置").click()
    panel.locator(".desk-if-told", has_text="与本轮名单相同").wait_for()


def test_the_servers_settings_hold_no_terminal_no_password_change_no_outside_source(lab):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{lab.url}/api/terminals?token={lab.token()}", timeout=5)
    assert refused.value.code == 404
    with pytest.raises(urllib.error.HTTPError) as closed:
        urllib.request.urlopen(f"{lab.url}/api/contents", timeout=5)
    assert closed.value.code == 403
    with urllib.request.urlopen(f"{lab.url}/api/status?token={lab.token()}", timeout=5) as said:
        assert "default-src 'self'" in said.headers["Content-Security-Policy"]
    with urllib.request.urlopen(
        f"{lab.url}/lab/api/extensions?token={lab.token()}", timeout=5
    ) as said:
        # What is installed is listed; what a package index offers is never asked for.
        assert all(entry["installed"] for entry in json.load(said))


def test_readers_see_the_same_desk_in_voila_and_cannot_save(reader, voila):
    case_no = pick(reader, 0)
    check_case(reader, case_no)
    check_timeline(reader)
    for button in ("decide", "agree", "dispute", "withdraw"):
        assert reader.locator(f".desk-save-{button}").count() == 0
    assert reader.locator(".desk-keep-proposal, .desk-export").count() == 0
    try_share(reader.locator(".desk-what-if"))
    with urllib.request.urlopen(f"{voila.url}/?token={voila.token()}", timeout=20) as said:
        assert "default-src 'self'" in said.headers["Content-Security-Policy"]
    # Any account of the machine can ask the port: without the token it is shown nothing.
    with urllib.request.urlopen(voila.url, timeout=20) as said:
        assert "/login" in said.url and "desk-queue" not in said.read().decode()
    with urllib.request.urlopen(f"{voila.url}/api/kernels", timeout=20) as said:
        assert "/login" in said.url
