"""One unit of a round: one notebook for one court, made whole in a folder of its own.

Takes a :class:`Task`, gives a folder with the executed notebook, its page, what the notebook's
kind adds (tables, dossier), and ``unit.json`` with the hash of each. Runs anywhere: in this
process, a pool, or a worker of Dask; done twice, it gives the same files.
"""

import json
import os
import shutil
import time
import uuid
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import AuditError, CannotWrite, NotebookFailed, cause, say
from audit_lib.rounds.evidence import canonical_bytes, hash_file, hash_tree
from audit_lib.rounds.inputs import require_same
from audit_lib.rounds.settings import Units

__all__ = ["RECORD", "Task", "read_unit", "run_unit", "unit_folder"]

RECORD = "unit.json"
OVERVIEW = "overview"

CSV_TABLES = {
    "check": "check",
    "silence": "silence",
    "score": "score",
    "claims": "petitions",
    "campaign": "campaign",
    "categories": "categories",
    "select": "select",
    "faults": "return_faults",
    "forecast": "forecast",
    "funds": "funds",
    "aid": "aid",
    "teams": "teams",
    "trend": "trend",
    "terms": "terms",
    "conditions": "termination_conditions",
    "suspicion": "suspicion",
    "selective": "selective",
    "strike": "strike",
}
_SHOWN = ("persons", "companies", "organs", "handlers", "petitioners", "case_numbers", "texts")
FOUND = ("late", "overdue", "breached")


@dataclass(frozen=True)
class Task:
    """What a worker needs to make one unit.

    Attributes
    ----------
    court : court code, or ``overview``
    notebook : name without ending
    key : hash of all that goes in
    path : notebook file
    parameters : name → plain value
    folder : working folder of the kernel: the court's prepared tables
    staging : folder in which ``<court>/<notebook>/`` is made
    kind : ``court``, ``interview`` or ``overview``: what is made besides notebook and page
    lang, audience : of the reports
    limits : seconds and tries
    size : cases of the court; the largest go first
    beside : folder of the petitions that name no court, for an overview
    made_with : hash of library, parameters and versions that the worker must have too; empty
        where it is the same machine
    """

    court: str
    notebook: str
    key: str
    path: str
    parameters: dict
    folder: str
    staging: str
    kind: str
    lang: str
    audience: str
    limits: Units
    size: int
    beside: str = ""
    made_with: str = ""


def unit_folder(staging, court: str, notebook: str) -> Path:
    """Return where a finished unit lies until its court is put together."""
    return Path(staging) / court / notebook


def read_unit(folder: Path, key: str | None = None) -> dict | None:
    """Return a finished unit's record, or ``None`` when it is not whole or has another key."""
    try:
        found = json.loads((folder / RECORD).read_bytes())
        if key is not None and found["key"] != key:
            return None
        whole = {n: h for n, h in hash_tree(folder).items() if n != RECORD} == found["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if whole else None


def run_unit(task: Task) -> dict:
    """Make one unit, beside first, then renamed into the staging folder.

    Parameters
    ----------
    task : Task

    Returns
    -------
    dict
        ``court``, ``notebook``, ``key``, ``state`` (``done`` or ``failed``), ``error``, ``cell``,
        ``dead``, ``files`` (name → hash), ``seconds``, ``cells_seconds``.

    Raises
    ------
    CannotWrite
        The disk is full or the output folder is gone; nothing half-written is left.
    OtherInstallation
        This worker has another library, other parameters or other versions.
    """
    if task.made_with:
        require_same(task.made_with)
    started = time.perf_counter()
    final = unit_folder(task.staging, task.court, task.notebook)
    beside = Path(task.staging) / f".{task.court}.{task.notebook}.{uuid.uuid4().hex[:12]}"
    try:
        beside.mkdir(parents=True)
        result = _make(task, beside)
        result["files"] = hash_tree(beside)
        record = {k: v for k, v in result.items() if k not in ("cells_seconds", "dead")}
        (beside / RECORD).write_bytes(canonical_bytes(record))
        if read_unit(final, task.key) is None or result["state"] == "failed":
            shutil.rmtree(final, ignore_errors=True)
            final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(beside, final)
    except OSError as error:
        raise CannotWrite(
            say("unit_not_written", "{court}, {notebook}: the result could not be written: {why}.\n"
                "What was finished before is kept; make space or choose another folder, then give "
                "the same command again.", court=task.court, notebook=task.notebook,
                why=cause(error))
        ) from None  # fmt: skip
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return result | {"seconds": time.perf_counter() - started}


def _make(task: Task, folder: Path) -> dict:
    from audit_lib.report import export_html
    from audit_lib.rounds.notebooks import (
        execute_notebook,
        notebook_bytes,
        withhold_tracebacks,
    )

    result = {"court": task.court, "notebook": task.notebook, "key": task.key}
    result |= {"state": "done", "error": None, "cell": None, "dead": False, "cells_seconds": 0.0}
    extras = folder / "extras"
    extras.mkdir()
    # What else the unit consists of comes from the same tables: it is made while the kernel works.
    with ThreadPoolExecutor(1) as meanwhile:
        made = meanwhile.submit(_EXTRAS[task.kind], task, extras)
        try:
            execution = execute_notebook(task.path, task.parameters, task.folder, task.limits)
        except NotebookFailed as failure:
            wait([made])
            shutil.rmtree(extras)
            return result | {"state": "failed", "error": str(failure), "dead": True}
    if execution.error is not None and _withholds(task.audience):
        # A traceback quotes what the cell had in hand; only who may read names is shown it.
        withhold_tracebacks(execution.notebook)
    notebook = folder / f"{task.notebook}.ipynb"
    notebook.write_bytes(notebook_bytes(execution.notebook))
    result |= {"cells_seconds": execution.cells_seconds, "dead": execution.dead}
    try:
        export_html(notebook, folder / f"{task.notebook}.html", task.lang)
        if execution.error is None:
            made.result()
            for path in extras.iterdir():
                path.replace(folder / path.name)
    except CannotWrite:
        raise
    except AuditError as failure:
        return result | {"state": "failed", "error": str(failure)}
    finally:
        shutil.rmtree(extras, ignore_errors=True)
    if execution.error is not None:
        error = execution.error
        if _withholds(task.audience):
            error = error.split(":")[0]
        return result | {"state": "failed", "error": error, "cell": execution.cell}
    return result


def _withholds(audience: str) -> bool:
    """Tell whether an audience may not be shown something that stands in the tables."""
    from audit_lib.report.settings import load_audience

    shown = load_audience(audience)
    return bool(shown.tables_left_out) or any(getattr(shown, k) != "show" for k in _SHOWN)


def _write_tables(task: Task, folder: Path) -> None:
    from audit_lib.record import write_table
    from audit_lib.report import load_court, redact_tables, write_workbook

    tables = redact_tables(load_court(task.folder), task.audience)
    write_workbook(tables, folder / f"{task.notebook}.xlsx", task.lang, task.audience)
    for name, file in CSV_TABLES.items():
        if tables.given(name):
            frame = tables[name]
            if name == "check":  # the file lists what was found, as `audit check` does
                frame = frame[frame["outcome"].isin(FOUND)]
            write_table(frame, folder / f"{file}.csv")


def _write_dossier(task: Task, folder: Path) -> None:
    from audit_lib.report import dossier, load_court

    made = dossier(load_court(task.folder), lang=task.lang, audience=task.audience)
    made.write_pdf(folder / f"{task.notebook}.pdf")
    made.write_docx(folder / f"{task.notebook}.docx")


def _write_documents(task: Task, folder: Path) -> None:
    """Write what goes out of the house: spreadsheet, circular (通报), bulletin for the public."""
    from audit_lib.report import (
        bulletin,
        circular,
        load_court,
        summarise_court,
        write_overview_workbook,
    )
    from audit_lib.report.page import save_text
    from audit_lib.report.settings import load_audience

    paths = sorted(path.parent for path in Path(task.folder).glob("*/round.json"))
    courts = [summarise_court(load_court(path, whole=False)) for path in paths]
    write_overview_workbook(courts, folder / f"{task.notebook}.xlsx", task.lang, task.audience)
    documents = {"bulletin": bulletin(courts, task.lang)}
    if load_audience(task.audience).case_rows:  # the public is not told of single courts' faults
        documents["circular"] = circular(courts, task.lang, task.audience)
    for name, document in documents.items():
        document.write_docx(folder / f"{name}.docx")
        document.write_pdf(folder / f"{name}.pdf")
        save_text(folder / f"{name}.html", document.html)


def _write_unplaced(task: Task, folder: Path) -> None:
    """List beside the overview the petitions that name no court, for a person to place."""
    from audit_lib.record import write_table
    from audit_lib.report import load_court, redact_tables

    if task.beside:
        tables = redact_tables(load_court(task.beside), task.audience)
        name = "claims" if tables.given("claims") else "petitions"
        if tables.given(name):
            write_table(tables[name], folder / "petitions.csv")


def _write_overview(task: Task, folder: Path) -> None:
    _write_documents(task, folder)
    _write_unplaced(task, folder)


_EXTRAS = {"court": _write_tables, "interview": _write_dossier, "overview": _write_overview}


def link_files(source: Path, target: Path, names) -> None:
    """Put files of `source` into `target` too, by a hard link where there is such a thing."""
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source / name, target / name)
        except OSError:
            shutil.copyfile(source / name, target / name)
        if hash_file(target / name) != hash_file(source / name):
            raise CannotWrite(
                say("disk_failing", "`{path}` is not what was written; is the disk failing?",
                    path=target / name)
            )  # fmt: skip
