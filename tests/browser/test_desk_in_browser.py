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

from audit_lib.desk import open_data, open_store
from audit_lib.record import ingest_sources

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
COURT = "鲁0902"
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
    """Receive the sample, prepare the desk's tables, and point the notebook at them."""
    base = tmp_path_factory.mktemp("工作台")
    shutil.copytree(root / "parameters", base / "parameters")
    ingest_sources([str(root / "data" / "sample")], base / "record", None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIT_PARAMETERS", str(base / "parameters"))
        open_data(base / "record", "2016-12", base / "desk")
    notebooks = base / "notebooks"
    notebooks.mkdir()
    text = (root / "notebooks" / "inspection_desk.ipynb").read_text(encoding="utf-8")
    assert "../data/record/2016-12-28" in text
    text = text.replace("../data/record/2016-12-28", "../record")
    (notebooks / "inspection_desk.ipynb").write_text(text, encoding="utf-8")
    return os.environ | {
        "AUDIT_NOTEBOOKS": str(notebooks),
        "AUDIT_PARAMETERS": str(base / "parameters"),
        "AUDIT_DESK_FOLDER": str(base / "desk"),
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


@pytest.fixture
def serve(place, tmp_path):
    started = []

    def go(*options) -> Server:
        started.append(Server(place, tmp_path / f"server-{len(started)}.log", *options))
        return started[-1]

    yield go
    for server in started:
        server.close()


@pytest.fixture
def visit(chromium, tmp_path):
    """Open a page that notes every address it asks and every error it meets."""
    context = chromium.new_context(viewport={"width": 1400, "height": 1000}, locale="zh-CN")
    page = context.new_page()
    page.asked, page.faults = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda socket: page.asked.append(socket.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    yield page
    page.screenshot(path=str(tmp_path / "last.png"))
    context.close()


def outside(page) -> list[str]:
    here = ("127.0.0.1", "", None)
    return [url for url in page.asked if urlsplit(url).hostname not in here]


def run_all(page, server: Server) -> None:
    page.goto(f"{server.url}/lab/tree/inspection_desk.ipynb?token={server.token()}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    server.wait_for_kernel()
    page.locator(".lm-MenuBar-item", has_text="运行").click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_selector(".desk-queue select[size] option", timeout=90_000, state="attached")


def pick_first(page) -> str:
    courts = page.locator(".desk-queue select").first
    named = courts.locator("option", has_text=COURT).first.inner_text()
    courts.select_option(label=named)
    lists = page.locator(".desk-queue select[size]")
    lists.locator("option", has_text=COURT).nth(4).wait_for(state="attached", timeout=20_000)
    line = lists.locator("option").first.text_content()
    lists.select_option(index=0)
    page.wait_for_selector(".desk-page article.case", timeout=20_000)
    return line.split("｜")[2].strip()


def check_case(page, case_no: str) -> None:
    shown = page.locator(".desk-page")
    assert shown.locator("h3").first.inner_text() == case_no
    assert shown.locator("svg circle").count() >= 2
    text = shown.inner_text()
    for words in (
        "案件概况与时间线",
        "线索及法条依据",
        "流程节点",
        "审查基准日",
        "供人工核查的线索",
    ):
        assert words in text
    assert re.search(r"cases\.csv 第\d+行", text)


def write_decision(page, author: str, note: str) -> None:
    form = page.locator(".desk-decision")
    form.get_by_label("督查人员").fill(author)
    form.get_by_label("发现问题").select_option(index=0)
    form.get_by_label("检查范围").select_option(index=0)
    form.get_by_label("说明").fill(note)
    form.get_by_label("督查日期").fill("2016-12-29")
    form.get_by_label("督查日期").press("Tab")
    page.locator(".desk-save-decide").click()


def test_in_jupyterlab_a_case_is_picked_decided_and_a_conflict_is_shown(serve, visit, place):
    server = serve()
    server.wait("/api")
    run_all(visit, server)
    case_no = pick_first(visit)
    check_case(visit, case_no)
    form = visit.locator(".desk-decision")
    write_decision(visit, "督查员甲", "查控后未处置<img src=x onerror=alert(1)>")
    visit.locator(".desk-told", has_text="已保存").wait_for(timeout=20_000)
    assert "查控后未处置<img" in form.locator(".desk-history").inner_text()
    store = open_store(f"sqlite:///{place['AUDIT_DESK_FOLDER']}/decisions.sqlite")
    (entry,) = store.history("2016-12", case_no)
    assert entry.author == "督查员甲"
    body = entry.body.model_dump() | {"note": "卷内有拍卖公告", "reason": "补看案卷"}
    store.save("decision", "2016-12", COURT, case_no, "督查员乙", body, 1)
    write_decision(visit, "督查员甲", "再写一次")
    visit.locator(".desk-told", has_text="他人已写下意见").wait_for(timeout=20_000)
    assert "卷内有拍卖公告" in visit.locator(".desk-told").inner_text()
    assert len(store.history("2016-12", case_no)) == 2
    assert store.draft("2016-12", case_no, "督查员甲")[0]["note"] == "再写一次"
    store.close()
    assert visit.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    assert visit.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert outside(visit) == []
    assert visit.faults == []
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.url}/api/terminals?token={server.token()}", timeout=5)
    assert refused.value.code == 404


def test_readers_see_the_same_desk_in_voila(serve, visit):
    server = serve("--readers")
    server.wait("/voila/static/voila.js")
    visit.goto(server.url)
    visit.wait_for_selector(".desk-queue select[size] option", timeout=90_000, state="attached")
    case_no = pick_first(visit)
    check_case(visit, case_no)
    assert visit.locator(".desk-save-decide").count() == 0
    assert outside(visit) == []
    assert visit.faults == []
