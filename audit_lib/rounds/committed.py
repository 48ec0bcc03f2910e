"""The committed notebooks, run anew on the sample and stored with their outputs.

``python -m audit_lib.rounds.committed`` runs each notebook with the values of its own parameters
cell, cleans it of times and ids, and writes it back; run twice, it gives no difference. nbval
compares what it stores.
"""

import datetime
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from audit_lib.parameters import notebooks_folder
from audit_lib.record import ingest_sources
from audit_lib.rounds.notebooks import clean_notebook, notebook_bytes

__all__ = ["ensure_record", "run_committed"]

DAY = datetime.date(2016, 12, 28)
# The desk is looked at in a browser; what its widgets show is no output to compare.
SHOWN_ELSEWHERE = ("inspection_desk",)


def ensure_record(root: Path) -> Path:
    """Read the committed sample into ``data/record/2016-12-28``, unless it stands there."""
    record = root / "data" / "record" / DAY.isoformat()
    if not record.exists():
        ingest_sources([str(root / "data" / "sample")], record, DAY)
    return record


def run_committed(folder: Path, names: list[str] | None = None) -> list[Path]:
    """Run the committed notebooks in place and store their cleaned outputs.

    Parameters
    ----------
    folder : folder of the notebooks, beside ``data/``
    names : stems of those to run; all by default

    Returns
    -------
    list of Path : the notebooks that changed
    """
    ensure_record(folder.parent)
    changed = []
    for path in sorted(folder.glob("*.ipynb")):
        if path.stem in SHOWN_ELSEWHERE or (names and path.stem not in names):
            continue
        before = path.read_bytes()
        notebook = nbformat.reads(before.decode("utf-8"), as_version=4)
        NotebookClient(
            notebook, timeout=600, resources={"metadata": {"path": str(folder)}}
        ).execute()
        clean_notebook(notebook)
        notebook.metadata.pop("widgets", None)
        after = notebook_bytes(notebook)
        if after != before:
            path.write_bytes(after)
            changed.append(path)
    return changed


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        ensure_record(notebooks_folder().parent)
    else:
        for changed_path in run_committed(notebooks_folder(), sys.argv[1:] or None):
            print(changed_path.name)
