"""The desk in real Chromium: in JupyterLab, and in voila for those who only read."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from desk_round import COURT, DAY, ROUND, make_place

from audit_lib.desk import open_store

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
pytestmark = pytest.mark.browser


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


class Server:
    """``audit desk`` on a free port, with its log at hand when it does not come up."""

    def __init__(self, environment, log: Path, *options: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = log
        command = [sys.executable, "-m", "audit_lib", "desk", "--no-browser", *options]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                env=environment, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        self.url = f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self, path: str) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(self.url + path, timeout=2):
                    return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
        self.close()
        pytest.fail(f"the desk did not come up; its server said:\n{self.said()}")

    def token(self) -> str:
        found = re.search(r"\?token=([0-9a-f]+)", self.said())
        assert found, self.said()
        return found[1]

    def wait_for_kernel(self) -> None:
        """Wait until the page's kernel runs: JupyterLab drops what is started before."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with urllib.request.urlopen(f"{self.url}/api/kernels?token={self.token()}") as said:
                kernels = json.load(said)
            if any(k["execution_state"] == "idle" and k["connections"] for k in kernels):
                time.sleep(1)
                return
            time.sleep(0.3)
        pytest.fail(f"no kernel came up; the server said:\n{self.said()}")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@pytest.fixture(scope="module")
def lab(place, tmp_path_factory):
    """One JupyterLab for all tests of this file."""
    server = Server(place, tmp_path_factory.mktemp("lab") / "log")
    server.wait("/api")
    yield server
    server.close()


@pytest.fixture(scope="module")
def voila(place, tmp_path_factory):
    """One readers' server for all tests of this file."""
    server = Server(place, tmp_path_factory.mktemp("voila") / "log", "--readers")
    server.wait("/voila/static/voila.js")
    yield server
    server.close()


def new_page(chromium):
    """Open a page that notes every address it asks and every error it meets."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="zh-CN")
    page = context.new_page()
    page.asked, page.faults = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda socket: page.asked.append(socket.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.set_default_timeout(45_000)
    return page


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
    page.goto(voila.url)
    page.wait_for_selector(".desk-queue select[size] option", timeout=90_000, state="attached")
    yield page
    page.context.close()


def run_all(page, server: Server) -> None:
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    server.wait_for_kernel()
    # What a reload restored is of the run before.
    page.evaluate("document.querySelectorAll('.desk-queue').forEach(q => q.dataset.old = '1')")
    page.locator(".lm-MenuBar-item", has_text="运行").click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    fresh = ".desk-queue:not([data-old]) select[size] option"
    page.wait_for_selector(fresh, timeout=90_000, state="attached")
    page.wait_for_function("!document.querySelector('.desk-queue[data-old]')")
    for part in (".desk-page", ".desk-decision", ".desk-what-if"):
        page.locator(part).first.wait_for(state="attached")


def pick(page, place: int) -> str:
    """Open the court and one case of its whole list by its place; return its number."""
    courts = page.locator(".desk-queue select").first
    names = courts.locator("option").all_text_contents()
    courts.select_option(index=next(n for n, name in enumerate(names) if COURT in name))
    whole = page.get_by_label("只看抽查名单")
    if whole.is_checked():
        whole.uncheck()
    lists = page.locator(".desk-queue select[size]")
    lists.locator("option", has_text=COURT).nth(9).wait_for(state="attached")
    case_no = number_of(lists.locator("option").nth(place))
    lists.select_option(index=place)
    page.locator(".desk-page h3", has_text=case_no).wait_for()
    return case_no


def number_of(option) -> str:
    return option.text_content().split("｜")[2].strip()


def check_case(page, case_no: str) -> None:
    shown = page.locator(".desk-page")
    assert shown.locator("h3").first.inner_text() == case_no
    text = shown.inner_text()
    for words in ("案件概况与时间线", "线索及法条依据", "条文要旨", "流程节点", "审查基准日",
                  "历次快照中的本案", "供人工核查的线索"):  # fmt: skip
        assert words in text
    assert re.search(r"cases\.csv 第\d+行", text)


def check_timeline(page) -> None:
    """See the picture, click a mark, and read what it is and where it stands."""
    line = page.locator(".desk-line svg")
    line.wait_for()
    marks = line.locator("g.mark-symbol path[aria-roledescription]")
    assert marks.count() >= 3
    marks.first.click(force=True)
    told = line.locator("text", has_text=re.compile(r"\d+年\d+月\d+日"))
    told.first.wait_for()
    for words in ("程序", "期满日", "无实质行为", "月报"):
        assert line.locator("text", has_text=words).count()


def write_decision(page, author: str, note: str) -> None:
    form = page.locator(".desk-decision")
    form.get_by_label("督查人员").fill(author)
    form.get_by_label("发现问题").select_option(index=0)
    form.get_by_label("检查范围").select_option(index=0)
    form.get_by_label("说明").fill(note)
    form.get_by_label("督查日期").fill("2016-12-29")
    form.get_by_label("督查日期").press("Tab")
    page.locator(".desk-save-decide").click()


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


def test_a_decision_is_found_again_after_the_page_is_loaded_anew(desk, lab, place):
    case_no = pick(desk, 1)
    write_decision(desk, "督查员甲", "查控后未处置<img src=x onerror=alert(1)>")
    desk.locator(".desk-told", has_text="已保存").wait_for()
    assert "查控后未处置<img" in desk.locator(".desk-history").inner_text()
    desk.reload()
    run_all(desk, lab)
    assert pick(desk, 1) == case_no
    desk.locator(".desk-history", has_text="查控后未处置<img").wait_for()
    lists = desk.locator(".desk-queue select[size]")
    assert "已有意见" in lists.locator("option", has_text=case_no).first.text_content()
    store = open_store(f"sqlite:///{place['AUDIT_DESK_FOLDER']}/decisions.sqlite")
    (entry,) = store.history(ROUND, COURT, case_no)
    assert entry.author == "督查员甲" and store.verify() == []
    store.close()


def test_a_conflict_shows_the_words_of_who_was_quicker(desk, place):
    desk.locator(".desk-decision").get_by_label("督查人员").fill("督查员甲")
    case_no = pick(desk, 2)
    store = open_store(f"sqlite:///{place['AUDIT_DESK_FOLDER']}/decisions.sqlite")
    found = {"examined": ["passive"], "inspected_on": "2016-12-29", "note": "卷内有拍卖公告"}
    store.save("decision", ROUND, COURT, case_no, "督查员乙", found, 0)
    write_decision(desk, "督查员甲", "再写一次")
    desk.locator(".desk-told", has_text="他人已写下意见").wait_for()
    assert "卷内有拍卖公告" in desk.locator(".desk-told").inner_text()
    assert len(store.history(ROUND, COURT, case_no)) == 1
    assert store.draft(ROUND, COURT, case_no, "督查员甲")[0]["note"] == "再写一次"
    store.close()


def test_a_note_half_written_is_there_again_after_the_kernel_is_restarted(desk, lab):
    case_no = pick(desk, 3)
    form = desk.locator(".desk-decision")
    form.get_by_label("督查人员").fill("督查员丙")
    form.get_by_label("说明").fill("写到一半时内核重启")
    desk.locator(".desk-told", has_text="草稿已存").wait_for()
    with urllib.request.urlopen(f"{lab.url}/api/kernels?token={lab.token()}") as said:
        (kernel,) = json.load(said)
    again = urllib.request.Request(
        f"{lab.url}/api/kernels/{kernel['id']}/restart?token={lab.token()}", method="POST"
    )
    urllib.request.urlopen(again)
    desk.reload()
    run_all(desk, lab)
    # The case first: until it is drawn, the form on the screen may be the one of before the reload.
    assert pick(desk, 3) == case_no
    desk.locator(".desk-decision").get_by_label("督查人员").fill("督查员丙")
    desk.wait_for_function(
        "[...document.querySelectorAll('.desk-decision textarea')]"
        ".some(t => t.value === '写到一半时内核重启')"
    )


def test_what_if_changes_the_list_and_keeps_nothing_without_a_reason(desk, place):
    pick(desk, 0)
    panel = desk.locator(".desk-what-if")
    panel.scroll_into_view_if_needed()
    shown = panel.get_by_label("数值")
    before = shown.input_value()
    panel.get_by_label("界限").select_option(label="随机抽取占名额的比例")
    # The kernel answers a choice with the value that stands; what is typed before is lost.
    panel.page.wait_for_function(
        "before => [...document.querySelectorAll('.desk-what-if input')]"
        ".some(i => i.type === 'number' && i.value !== before)",
        arg=before,
    )
    panel.get_by_label("数值").fill("1")
    panel.get_by_label("数值").press("Enter")
    panel.locator("tr.into, tr.out, tr.stays").first.wait_for()
    strata = panel.locator("tbody tr td:nth-child(5)").all_inner_texts()
    assert set(strata) <= {"必查", "随机", "—"} and "随机" in strata
    assert "改动后：进入名单" in panel.inner_text()
    panel.locator(".desk-keep-proposal").click()
    panel.locator(".desk-if-kept", has_text="不能这样改").wait_for()
    assert not (Path(place["AUDIT_DESK_FOLDER"]) / "proposals").exists()
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
    panel = reader.locator(".desk-what-if")
    shown = panel.get_by_label("数值")
    before = shown.input_value()
    panel.get_by_label("界限").select_option(label="随机抽取占名额的比例")
    # The kernel answers a choice with the value that stands; what is typed before is lost.
    panel.page.wait_for_function(
        "before => [...document.querySelectorAll('.desk-what-if input')]"
        ".some(i => i.type === 'number' && i.value !== before)",
        arg=before,
    )
    panel.get_by_label("数值").fill("1")
    panel.get_by_label("数值").press("Enter")
    panel.locator("tr.into, tr.out, tr.stays").first.wait_for()
    with urllib.request.urlopen(voila.url, timeout=20) as said:
        assert "default-src 'self'" in said.headers["Content-Security-Policy"]
