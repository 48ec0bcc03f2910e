"""One notebook with its parameters, run by papermill in a kernel of ours, and cleaned.

Takes a notebook file and parameters, gives the executed notebook: without times, machine paths
or random ids, so that the same inputs give the same bytes.
"""

import contextlib
import copy
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import NoSuchKernel
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from audit_lib.errors import BadRound, NotebookFailed
from audit_lib.rounds.kernel_manager import PrivateKernelManager
from audit_lib.rounds.kernels import KERNEL, register_provisioner
from audit_lib.rounds.settings import Units
from audit_lib.rounds.signature import check_parameters

__all__ = [
    "Execution",
    "clean_notebook",
    "execute_notebook",
    "notebook_bytes",
    "withhold_tracebacks",
]

_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{4,}")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass
class Execution:
    """How one run ended.

    Attributes
    ----------
    notebook : the cleaned notebook, also when a cell failed
    error : what failed, in one line, or ``None``
    cell : number of the failed code cell (from 1), or ``None``
    cells_seconds : the cells' own time
    dead : the kernel died or ran out of its time; another try may help
    """

    notebook: nbformat.NotebookNode
    error: str | None
    cell: int | None
    cells_seconds: float
    dead: bool


def _read_notebook(path: Path) -> nbformat.NotebookNode:
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError) as error:
        why = str(error).splitlines()[0][:200]
        raise BadRound(f"`{path}` cannot be read as a notebook: {why}") from None
    return notebook


class ForkEngine(NBClientEngine):
    """papermill's engine with our kernel manager, no grace at shutdown, and a time limit."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, start_timeout=60, execution_timeout=None, **kwargs
    ):
        """Run every cell; the kernel is gone when this returns."""
        kwargs["made"].append(nb_man.nb)
        client = PapermillNotebookClient(
            nb_man,
            kernel_manager_class=PrivateKernelManager,
            timeout=execution_timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            shutdown_kernel="immediate",
            record_timing=False,
            resources={"metadata": {"path": kwargs["kernel_folder"]}},
            extra_arguments=["--HistoryManager.enabled=False", "--Application.log_level=40"],
        )
        end = threading.Timer(kwargs["total_seconds"], _stop_kernel, [client])
        end.daemon = True
        end.start()
        try:
            client.execute()
        finally:
            end.cancel()
        return client.nb


def _stop_kernel(client: PapermillNotebookClient) -> None:
    """Kill a kernel whose time is up; the client then sees it dead."""
    client.out_of_time = True
    process = getattr(client.km.provisioner, "process", None) if client.km else None
    if process is not None:
        with contextlib.suppress(OSError):
            process.kill()


papermill_engines.register(KERNEL, ForkEngine)


def execute_notebook(
    path: str | Path, parameters: Mapping[str, Any], folder: str | Path, limits: Units
) -> Execution:
    """Run one notebook in a fresh kernel.

    Parameters
    ----------
    path : notebook file
    parameters : name → plain value, exactly those that the notebook takes
    folder : the kernel's working folder
    limits : seconds a cell and a notebook

    Returns
    -------
    Execution
        A failing cell is not raised: the notebook shows it.

    Raises
    ------
    BadRound
        The parameters do not fit the notebook.
    NotebookFailed
        No kernel could be started.
    """
    check_parameters(path, parameters)
    register_provisioner()
    logging.getLogger("papermill").setLevel(logging.ERROR)
    notebook = _read_notebook(Path(path))
    error, dead, made = None, False, [notebook]
    try:
        papermill.execute_notebook(
            notebook,
            None,
            parameters=dict(parameters),
            engine_name=KERNEL,
            kernel_name=KERNEL,
            language="python",
            progress_bar=False,
            execution_timeout=limits.cell_seconds,
            total_seconds=limits.unit_seconds,
            kernel_folder=str(folder),
            made=made,
        )
    except PapermillExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
    except CellTimeoutError:
        error, dead = f"A cell ran longer than {limits.cell_seconds} seconds.", True
    except DeadKernelError:
        error, dead = "The kernel died, or ran out of its time or memory.", True
    except CellExecutionError as failure:
        error = f"{failure.ename}: {failure.evalue}"
    except (NoSuchKernel, RuntimeError) as failure:
        raise NotebookFailed(f"{Path(path).name}: no kernel could be started: {failure}") from None
    notebook = made[-1]
    seconds, cell = _account(notebook, dead)
    clean_notebook(notebook, [str(folder)])
    return Execution(notebook, error and _ANSI.sub("", error)[:500], cell, seconds, dead)


def _account(notebook, dead: bool) -> tuple[float, int | None]:
    """Return the cells' own seconds, and the number of the code cell that failed."""
    seconds, failed, number = 0.0, None, 0
    for cell in notebook.cells:
        state = cell.metadata.get("papermill", {})
        seconds += state.get("duration") or 0.0
        if cell.cell_type == "code" and "papermill-error-cell-tag" not in (
            cell.metadata.get("tags", [])
        ):
            number += 1
            # papermill calls every cell of a dead kernel completed; the last one begun is it.
            if state.get("status") == "failed" or (dead and state.get("start_time")):
                failed = number
    return seconds, failed


def clean_notebook(notebook: nbformat.NotebookNode, private: list[str] = ()) -> None:
    """Take out, in place, whatever differs between two runs on the same inputs.

    Parameters
    ----------
    notebook : executed notebook
    private : folders of this machine, longest first; they are cut out of printed text
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    notebook.metadata["language_info"] = {"name": "python"}
    notebook["nbformat"], notebook["nbformat_minor"] = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        for key in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell["outputs"] = [_clean_output(o, private) for o in _join_streams(cell.outputs)]


def withhold_tracebacks(notebook: nbformat.NotebookNode) -> None:
    """Leave, in place, of each error its kind only, and nothing of what was printed beside it."""
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        if not any(o.output_type == "error" for o in outputs):
            continue
        cell["outputs"] = [o for o in outputs if o.output_type == "error"]
        for output in cell["outputs"]:
            output["evalue"], output["traceback"] = "", [output["ename"]]
    notebook.cells = [
        c for c in notebook.cells if "papermill-error-cell-tag" not in c.metadata.get("tags", [])
    ]


def _join_streams(outputs) -> list:
    """Join neighbouring pieces of one stream: where they are cut is chance."""
    joined: list = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last is not None and output.output_type == last.output_type == "stream":
            if output.name == last.name:
                last["text"] += output.text
                continue
        joined.append(copy.deepcopy(output))
    return joined


def _clean_output(output, private):
    for key in ("text", "evalue"):
        if key in output:
            output[key] = _clean_text(output[key], private)
    if "traceback" in output:
        output["traceback"] = [_clean_text(line, private) for line in output["traceback"]]
    for kind, value in output.get("data", {}).items():
        if isinstance(value, str) and not kind.startswith("image/"):
            output["data"][kind] = _clean_text(value, private)
    if "metadata" in output:
        output["metadata"] = {k: v for k, v in output["metadata"].items() if k != "papermill"}
    return output


_HERE = str(Path(__file__).resolve().parents[2])
_PACKAGES = str(Path(nbformat.__file__).resolve().parents[1])


def _clean_text(text: str, private) -> str:
    for folder in (*private, _PACKAGES, _HERE):
        text = text.replace(folder, "…")
    text = re.sub(r"ipykernel_\d+/\d+\.py", "cell", text)
    return _ADDRESS.sub("at 0x…", text)


def notebook_bytes(notebook: nbformat.NotebookNode) -> bytes:
    """Return the notebook as it is written to disk."""
    return (nbformat.writes(notebook, version=4).rstrip("\n") + "\n").encode()
