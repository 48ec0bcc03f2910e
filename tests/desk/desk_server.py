"""What the tests of the desk in a browser share: its server, a page, and what an inspector does."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from desk_round import COURT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


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

    def restart_kernel(self) -> None:
        """Restart the page's kernel, as the menu does."""
        with urllib.request.urlopen(f"{self.url}/api/kernels?token={self.token()}") as said:
            (kernel,) = json.load(said)
        again = f"{self.url}/api/kernels/{kernel['id']}/restart?token={self.token()}"
        urllib.request.urlopen(urllib.request.Request(again, method="POST"))

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def new_page(chromium):
    """Open a page that notes every address it asks and every error it meets."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = context.new_page()
    page.asked, page.faults = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda socket: page.asked.append(socket.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.set_default_timeout(45_000)
    return page


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


def choose_court(page, court: str) -> None:
    """Open a court's whole list."""
    courts = page.locator(".desk-queue select").first
    names = courts.locator("option").all_text_contents()
    courts.select_option(index=next(n for n, name in enumerate(names) if name.startswith(court)))
    whole = page.get_by_label("只看抽查名单")
    if whole.is_checked():
        whole.uncheck()
    lists = page.locator(".desk-queue select[size]")
    lists.locator("option", has_text=court).nth(5).wait_for(state="attached")


def pick(page, place: int) -> str:
    """Open the court and one case of its whole list by its place; return its number."""
    choose_court(page, COURT)
    lists = page.locator(".desk-queue select[size]")
    lists.locator("option", has_text=COURT).nth(9).wait_for(state="attached")
    case_no = number_of(lists.locator("option").nth(place))
    lists.select_option(index=place)
    wait_for_case(page, case_no)
    return case_no


#: True in the browser when the picture of a case stands there, and when its whole panel does: the
#: form bears the number of the case when it is filled, after everything else.
DRAWN = """number => document.querySelector('.desk-page h3')?.innerText === number
  && document.querySelector(
    `.desk-line [role="graphics-document"][aria-label*="${number}"] svg .mark-symbol path`)"""
OPENED = f"""number => ({DRAWN})(number)
  && document.querySelector(`.desk-page [data-case="${{number}}"]`)
  && [...document.querySelectorAll('.desk-form-case')].every(f => f.innerText.includes(number))"""


def wait_for_case(page, case_no: str) -> None:
    """Wait until a case and its form are on the screen."""
    page.wait_for_function(OPENED, arg=case_no)


def open_case(page, court: str, case_no: str) -> None:
    """Seek one case by its number in a court's whole list, and open it."""
    choose_court(page, court)
    field = page.locator(".desk-queue").get_by_label("搜索")
    lists = page.locator(".desk-queue select[size]")
    field.fill(case_no)
    field.press("Enter")
    lists.locator("option:only-child", has_text=case_no).wait_for(state="attached")
    lists.select_option(index=0)
    wait_for_case(page, case_no)
    field.fill("")
    field.press("Enter")
    lists.locator("option").nth(5).wait_for(state="attached")


def sign(page, author: str) -> None:
    """Say who works at the desk."""
    field = page.locator(".desk-decision").get_by_label("督查人员")
    field.fill(author)
    field.press("Tab")


def try_share(panel) -> None:
    """Try a round whose whole budget is drawn at random."""
    panel.scroll_into_view_if_needed()
    before = panel.get_by_label("数值").input_value()
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
    sign(page, author)
    form = page.locator(".desk-decision")
    form.locator(".desk-ticks-issues").get_by_label("消极执行").check()
    form.get_by_label("说明").fill(note)
    form.get_by_label("督查日期").fill("2016-12-29")
    form.get_by_label("督查日期").press("Tab")
    page.locator(".desk-save-decide").click()
