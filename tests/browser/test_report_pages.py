"""Pages of a report in Chromium, from a file, with the network off."""

import io
import shutil
import sys
import unicodedata
from pathlib import Path
from urllib.parse import quote

import axe_playwright_python
import nbclient
import nbformat
import pytest
from pypdf import PdfReader

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

from courts import make_frames, write_court

from audit_lib.report import (
    bulletin,
    circular,
    court_report,
    dossier,
    export_html,
    load_court,
    overview_report,
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
PAGES = ["court_audit", "public", "english", "dossier", "overview", "circular", "bulletin"]

# What a screen reader and a keyboard need; each line counts what breaks it.
FAULTS = """() => ({
  page_without_language: document.documentElement.lang ? 0 : 1,
  page_without_title: document.title ? 0 : 1,
  main: document.querySelectorAll('main').length - 1,
  first_headings: document.querySelectorAll('h1').length - 1,
  headings_skipped: [...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])
    .filter((level, n, all) => n && level > all[n - 1] + 1).length,
  tables_without_caption: [...document.querySelectorAll('table')].filter(t => !t.caption).length,
  heads_without_scope: document.querySelectorAll('th:not([scope])').length,
  pictures_without_words: [...document.querySelectorAll('svg')]
    .filter(s => !s.closest('[role=img][aria-label]')).length,
  links_without_words: [...document.querySelectorAll('a')]
    .filter(a => !a.textContent.trim()).length,
  dead_links: [...document.querySelectorAll('a')].map(a => a.getAttribute('href'))
    .filter(h => h.startsWith('#') && !document.getElementById(h.slice(1))).length,
  ids_twice: [...document.querySelectorAll('[id]')].length
    - new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size,
  labels_missing: [...document.querySelectorAll('[aria-labelledby]')]
    .filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).length,
  scrolled_sideways: document.documentElement.scrollWidth > innerWidth + 1 ? 1 : 0,
})"""

# Contrast of text and background after WCAG 2, of every element that has text of its own.
CONTRAST = """() => {
  const rgb = c => c.match(/[\\d.]+/g).map(Number);
  const lum = c => rgb(c).slice(0, 3).map(v => v / 255)
    .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const back = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] !== 0) return c; }
    return 'rgb(255,255,255)'; };
  return [...document.querySelectorAll('main *')].filter(e => !e.closest('svg') &&
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).map(e => {
      const [a, b] = [lum(getComputedStyle(e).color), lum(back(e))].sort((x, y) => y - x);
      return (a + .05) / (b + .05); }).reduce((x, y) => Math.min(x, y), 21);
}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("页面")
    frames = make_frames(16)
    frames["petitions"]["text"] = "<img src=https://example.org/x onerror=alert(1)>"
    frames["claims"]["quote"] = "<script>window.ran = 1</script>"
    tables = load_court(write_court(folder / "court", frames))
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("<img src=https://example.org/y>"),
            nbformat.v4.new_code_cell(
                "from audit_lib.report import court_report, load_court\n"
                f"report = court_report(load_court({str(folder / 'court')!r}))\nreport"
            ),
        ]
    )
    nbclient.NotebookClient(notebook, timeout=120).execute()
    nbformat.write(notebook, folder / "court_audit.ipynb")
    export_html(folder / "court_audit.ipynb", folder / "court_audit.html")
    (folder / "public.html").write_text(court_report(tables, "zh", "public").to_html(), "utf-8")
    (folder / "english.html").write_text(court_report(tables, "en").to_html(), "utf-8")
    (folder / "dossier.html").write_text(dossier(tables).html, "utf-8")
    (folder / "overview.html").write_text(overview_report([tables]).to_html(), "utf-8")
    (folder / "circular.html").write_text(circular([tables]).html, "utf-8")
    (folder / "bulletin.html").write_text(bulletin([tables]).html, "utf-8")
    return folder


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield opened
        opened.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_network_and_serves_everyone(browser, pages, name):
    context = browser.new_context(offline=True, viewport={"width": 1100, "height": 1000})
    page = context.new_page()
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    page.goto("file://" + quote(str(pages / f"{name}.html")))
    assert len(asked) == 1, asked
    assert said == []
    assert page.evaluate("window.ran === undefined")
    assert {k: v for k, v in page.evaluate(FAULTS).items() if v} == {}
    assert page.evaluate(CONTRAST) >= 4.5
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations)")
    heavy = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in heavy] == []
    context.close()


def test_a_number_of_the_summary_leads_to_its_cases_and_a_case_to_its_timeline(browser, pages):
    page = browser.new_page()
    page.goto("file://" + quote(str(pages / "court_audit.html")))
    links = page.locator("#part-summary dd a")
    assert links.count() >= 8
    links.nth(1).click()
    assert page.evaluate("location.hash") == "#table-found"
    page.locator("#table-found a[href^='#case-']").first.click()
    assert page.evaluate("document.querySelector(location.hash + ' [role=img] svg') !== null")
    page.close()


def test_a_printed_report_has_its_summary_on_the_first_page(browser, pages):
    page = browser.new_page()
    page.goto("file://" + quote(str(pages / "court_audit.html")))
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    first = printed.pages[0].extract_text()
    page.close()
    for heading in ("上一轮整改落实情况", "有改进", "未改进", "需要说明的三件事"):
        assert heading in unicodedata.normalize("NFKC", first)
    assert [round(float(n) / 72 * 25.4) for n in printed.pages[0].mediabox[2:]] == [210, 297]
