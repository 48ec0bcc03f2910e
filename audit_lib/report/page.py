"""A page that opens from a file on a computer without a network.

Takes an executed notebook, or parts of a report, and gives one HTML file: outputs only, our own
style inside, a Content-Security-Policy that allows no source at all, no script.
"""

import os
import re
from functools import lru_cache
from html import escape, unescape
from pathlib import Path

from audit_lib.errors import CannotWrite, say
from audit_lib.report.blocks import Part
from audit_lib.report.markup import part_html
from audit_lib.report.wording import Words

__all__ = ["POLICY", "export_html", "page_html", "save_text", "template_folder"]

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def template_folder() -> Path:
    """Return the folder of the templates; ``audit`` in it is one of nbconvert's form."""
    return Path(__file__).parent / "templates"


@lru_cache(maxsize=1)
def page_style() -> str:
    """Return the style of every page, on screen and on paper."""
    return (template_folder() / "page.css").read_text(encoding="utf-8").strip()


def escape_code(source, **_) -> str:
    """Return code as harmless text."""
    return escape(str(source))


@lru_cache(maxsize=1)
def _exporter():
    from nbconvert import HTMLExporter, TemplateExporter

    class PageExporter(HTMLExporter):
        """HTML without a second parsing for images' alternative texts: every picture has one."""

        def from_notebook_node(self, nb, resources=None, **kw):
            # The base template names these filters though no cell of ours calls them.
            self.register_filter("highlight_code", escape_code)
            self.register_filter("filter_data_type", escape_code)
            return TemplateExporter.from_notebook_node(self, nb, resources, **kw)

    return PageExporter(
        template_name="audit",
        extra_template_basedirs=[str(template_folder())],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        # The default preprocessors rewrite attachments and widgets, which a report never has.
        preprocessors=[],
        default_preprocessors=[],
    )


def export_html(notebook_path, html_path, lang="zh") -> Path:
    """Write the outputs of an executed notebook as one page.

    Parameters
    ----------
    notebook_path : path of an executed ``.ipynb``
    html_path : path of the page to write; written beside and renamed
    lang : ``zh`` or ``en``, of the page's own words

    Returns
    -------
    Path
        `html_path`.

    Raises
    ------
    CannotWrite
        The page could not be written.

    Notes
    -----
    Code, prose cells and parameters are left out: a page for the public must not carry the
    names that its making used. Of a failed cell only the kind of error is shown.
    """
    import nbformat

    notebook = nbformat.read(Path(notebook_path), as_version=4)
    words = Words(lang)
    page = {
        "html_lang": "zh-CN" if lang == "zh" else "en",
        "policy": POLICY,
        "title": _title(notebook, words),
        "style": page_style(),
        "skip": words("skip"),
        "failed": words("cell_failed"),
    }
    html, _ = _exporter().from_notebook_node(notebook, resources={"page": page})
    return save_text(html_path, html)


def _title(notebook, words) -> str:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.S)
            if found:
                return unescape(re.sub(r"<[^>]*>", "", found[1]))
    return words("untitled")


def page_html(title: str, parts: list[Part], lang="zh") -> str:
    """Return parts as one whole page, without a notebook.

    Examples
    --------
    >>> page_html("报告", [], "zh").startswith('<!DOCTYPE html>')
    True
    """
    words = Words(lang)
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{page_style()}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">{escape(words("skip"))}</a>\n<main id="main">\n'
        + "\n".join(map(part_html, parts))
        + "\n</main>\n</body>\n</html>\n"
    )


def save_text(path, text: str) -> Path:
    """Write a text beside its place and rename it there: a reader never sees half of it."""
    return save_bytes(path, text.encode("utf-8"))


def save_bytes(path, content: bytes) -> Path:
    """Write bytes beside their place and rename them there.

    Raises
    ------
    CannotWrite
        The folder cannot be written or the disk is full; nothing half-written is left.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        advice = say("check_folder", "\nCheck that the folder exists and may be written and that "
                     "the disk is not full.")  # fmt: skip
        raise CannotWrite.from_error(path, error, advice) from error
    return path
