"""The desk on one court of 30,000 cases: opening, filtering, sorting, opening a case.

    python benchmarks/desk_large.py [--cases 30000] [--folder DIR] [--times 40] [--browser]

Makes the record (``audit sample``, ``audit ingest``), prepares it once, then measures in a fresh
process: from a ready kernel to a desk that is shown, and each act of an inspector as the kernel
does it, with saved decisions in the store. Of each kind of act the median and the 95th percentile
are given, of this process's own processor, so that another load on the machine does not count,
and on the wall, which asks for a quiet machine; the reference is a sort of a million numbers,
measured in the same run. With ``--browser`` the same acts are measured in Chromium, on the wall,
from the act to what it shows: the kernel, the way there and back, and the drawing of the page. A
case is open when its head and its picture are drawn with their marks; the whole panel is there when
the form below, the last of it, is filled too.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def prepare(folder: Path, cases: int) -> None:
    record = folder / "record" / "2016-12-28"
    if not record.exists():
        received = folder / "received"
        audit = [sys.executable, "-m", "audit_lib"]
        subprocess.run(
            [*audit, "sample", "--courts", "1", "--cases", str(cases), "--out", str(received),
             "--format", "parquet", "--day", "2016-12-28"], check=True,
        )  # fmt: skip
        subprocess.run([*audit, "ingest", str(received), "--snapshot", str(record)], check=True)
        shutil.rmtree(received)
    parameters = folder / "parameters"
    shutil.rmtree(parameters, ignore_errors=True)
    shutil.copytree(ROOT / "parameters", parameters)
    for path in (parameters / "rounds").iterdir():
        path.unlink()
    text = "name: large\nas_of: 2016-12-28\ncourts: all\nbudget: 300\nseed: 1\n"
    (parameters / "rounds" / "large.yaml").write_text(text, encoding="utf-8")
    os.environ["AUDIT_PARAMETERS"] = str(parameters)
    os.environ["AUDIT_DESK_FOLDER"] = str(folder / "desk")
    began = time.process_time()
    from audit_lib.desk import open_data

    open_data(record, "large")
    print(f"prepare (once): {time.process_time() - began:.1f} s of processor")


def measure(folder: Path, times: int) -> None:
    cpu, wall = time.process_time(), time.perf_counter()
    from audit_lib.desk import Desk, Store, open_data

    data = open_data(folder / "record" / "2016-12-28", "large")
    store = Store(f"sqlite:///{folder / 'decisions.sqlite'}")
    desk = Desk(data, "zh", store)
    ready = (time.process_time() - cpu, time.perf_counter() - wall)
    out = {"desk ready, imports and all": [ready]}
    court = desk.court.value
    body = {"examined": ["passive"], "issues": [], "inspected_on": "2016-12-29"}
    drawn = [number for _, number in desk.cases.options]
    if not store.heads():
        for number in drawn[:200]:
            store.save("decision", "large", court, number, "甲", body, 0)
    time.sleep(3)
    desk.drawn.value = False
    handlers = [value for _, value in desk.handler.options if value][:times]

    def act(name, do):
        cpu, wall = time.process_time(), time.perf_counter()
        do()
        spent = (time.process_time() - cpu, time.perf_counter() - wall)
        out.setdefault(name, []).append(spent)

    def put(widget, value):
        return lambda: setattr(widget, "value", value)

    for place in range(times):
        act("filter by handler", put(desk.handler, handlers[place % len(handlers)]))
        act("filter off", put(desk.handler, None))
        act("filter by theme", put(desk.theme, ("passive", "funds")[place % 2]))
        desk.theme.value = None
        act("search a word", put(desk.text, f"执{place + 1}"))
        desk.text.value = ""
        act("sort", put(desk.sort, ("silence", "score", "filed")[place % 3]))
    step = max(len(desk.cases.options) // times, 1)
    for place in range(times):
        act("open a case", put(desk.cases, desk.cases.options[place * step][1]))
    for place in range(min(times, 15)):
        act("another weight", put(desk._tried.points, 20 + place))
    import numpy as np

    numbers = np.random.default_rng(0).random(1_000_000)
    act("reference: sort of a million numbers", lambda: np.sort(numbers))
    print(json.dumps(out))


def measure_in_browser(folder: Path, times: int) -> dict[str, list[float]]:
    """Time each act from the hand to the screen, in milliseconds."""
    sys.path.append(str(ROOT / "tests" / "desk"))
    from desk_server import ARGS, CHROMIUM, DRAWN, OPENED, Server, new_page, number_of
    from playwright.sync_api import sync_playwright

    notebooks = folder / "notebooks"
    notebooks.mkdir(exist_ok=True)
    text = (ROOT / "notebooks" / "inspection_desk.ipynb").read_text(encoding="utf-8")
    text = text.replace("../data/record/2016-12-28", str(folder / "record" / "2016-12-28"))
    text = text.replace('round_name: str = \\"2016-12\\"', 'round_name: str = \\"large\\"')
    (notebooks / "inspection_desk.ipynb").write_text(text, encoding="utf-8")
    environment = os.environ | {"AUDIT_NOTEBOOKS": str(notebooks), "JUPYTER_TOKEN": ""}
    environment["AUDIT_DESK_URL"] = f"sqlite:///{folder / 'decisions.sqlite'}"
    server, out = Server(environment, folder / "lab.log"), {}

    def act(name, do, shown, **given):
        began = time.perf_counter()
        do()
        page.wait_for_function(shown, **given, polling=5)
        out.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    listed = "[...document.querySelectorAll('.desk-queue select[size] option')]"
    try:
        server.wait("/api")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
            page = new_page(browser)
            page.goto(f"{server.url}/lab/tree/inspection_desk.ipynb?token={server.token()}")
            server.wait_for_kernel()
            page.locator(".lm-MenuBar-item", has_text="运行").click()
            run = page.locator('.lm-Menu-item[data-command="runmenu:run-all"]')
            act("desk ready", run.click, f"{listed}.length > 10")
            queue = page.locator(".desk-queue")
            queue.get_by_label("只看抽查名单").uncheck()
            page.wait_for_timeout(3000)
            handler, sort = queue.get_by_label("承办人"), queue.get_by_label("排序")
            lists = queue.locator("select[size]")
            now = f"document.querySelector('.desk-count').innerText + {listed}.slice(0, 9).map("
            now += "o => o.textContent).join()"

            def change(name, widget, index):
                before = page.evaluate(now)
                act(name, partial(widget.select_option, index=index), f"b => {now} !== b",
                    arg=before)  # fmt: skip

            for place in range(times):
                change("filter by handler", handler, 1 + place % 8)
                change("filter off", handler, 0)
                change("sort", sort, (4, 1)[place % 2])
            numbers = [number_of(option) for option in lists.locator("option").all()]
            step = max(len(numbers) // times, 1)
            for place in range(step, len(numbers), step):
                began = time.perf_counter()
                lists.select_option(index=place)
                for name, shown in (("picture", DRAWN), ("whole panel", OPENED)):
                    page.wait_for_function(shown, arg=numbers[place], polling=5)
                    spent = (time.perf_counter() - began) * 1000
                    out.setdefault(f"open a case: {name}", []).append(spent)
            browser.close()
    finally:
        server.close()
    return out


def tell(name: str, spent: list[float], kind: str) -> str:
    """Return median and 95th percentile in words."""
    tail = sorted(spent)[max(-(-len(spent) * 95 // 100) - 1, 0)]
    return f"{kind}: median {statistics.median(spent):6.0f} ms, p95 {tail:6.0f} ms"


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--cases", type=int, default=30_000)
    given.add_argument("--folder", type=Path, default=ROOT / "data" / "bench-desk")
    given.add_argument("--times", type=int, default=40)
    given.add_argument("--browser", action="store_true")
    given.add_argument("--measure", action="store_true")
    options = given.parse_args()
    folder = options.folder.resolve()
    if options.measure:
        measure(folder, options.times)
        return
    prepare(folder, options.cases)
    command = [sys.executable, __file__, "--measure", "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--times", str(options.times)], check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for name, spent in json.loads(done.stdout).items():
        cpu, wall = ([one[side] * 1000 for one in spent] for side in (0, 1))
        print(f"{name:38} n={len(cpu):3}  {tell(name, cpu, 'processor')}  "
              f"{tell(name, wall, 'wall')}")  # fmt: skip
    if options.browser:
        for name, spent in measure_in_browser(folder, options.times).items():
            print(f"{'in Chromium, ' + name:38} n={len(spent):3}  {tell(name, spent, 'wall')}")


if __name__ == "__main__":
    main()
