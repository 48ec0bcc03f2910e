"""The way in: JupyterLab with the desk open, or the same desk without saving for readers.

Everything stays on this machine: the server listens to it alone, asks nothing of any other, and
works on a copy of the notebook in the desk's folder, so that no case ever lands in the checkout.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from audit_lib.desk.settings import desk_folder, load_desk_settings
from audit_lib.errors import CannotWrite, say
from audit_lib.parameters import notebooks_folder, parameters_folder

__all__ = ["NOTEBOOK", "export_decisions", "open_desk", "prepare_desk", "server_command"]

NOTEBOOK = "inspection_desk.ipynb"
READERS = "AUDIT_DESK_READERS"
_SERVER = Path(__file__).resolve().parent / "server"
# The name under which JupyterLab keeps how its window is divided; another version that asks for
# another name shows its own division.
_DIVISION = "default-37a8.jupyterlab-workspace"


def lab_options(folder: Path) -> list[str]:
    """Return the options of JupyterLab, alone or on a hub, that works in a folder."""
    return [
        f"--config={_SERVER / 'jupyter_server_config.py'}",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
        f"--LabApp.app_settings_dir={_SERVER / 'lab'}",
    ]


def lab_paths(folder: Path) -> dict[str, str]:
    """Return where a server finds its templates and keeps what its user sets."""
    return {
        "JUPYTER_CONFIG_DIR": str(folder / "settings"),
        "JUPYTER_PATH": str(_SERVER / "jupyter"),
    }


def lay_window(folder: Path) -> None:
    """Leave the whole width to the desk where nobody divided the window otherwise yet.

    Parameters
    ----------
    folder : where JupyterLab keeps its workspaces
    """
    target = folder / _DIVISION
    if target.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    shut = {"collapsed": True, "visible": True}
    parts = {"main": {}, "left": shut, "right": shut, "top": {"simpleVisibility": True}}
    division = {"data": {"layout-restorer:data": parts}, "metadata": {"id": "default"}}
    target.write_text(json.dumps(division), encoding="utf-8")


def server_command(port: int, browser: bool, readers: bool, folder: Path) -> list[str]:
    """Return the command that starts the desk's server.

    Parameters
    ----------
    port : port on this machine; another one is taken where it is in use, and said
    browser : open the user's browser
    readers : voila, which runs the notebook but lets nobody write code
    folder : folder with the working copy of the notebook
    """
    if readers:
        command = [
            sys.executable, "-m", "voila", str(folder / NOTEBOOK), f"--port={port}",
            "--Voila.ip=127.0.0.1", "--template=auditdesk", "--show_tracebacks=False",
            "--VoilaConfiguration.file_allowlist=[]",
            f"--Voila.config_file_paths={_SERVER}",
        ]  # fmt: skip
    else:
        command = [
            sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}", *lab_options(folder),
            f"--LabApp.user_settings_dir={folder.parent / 'settings'}",
            f"--LabApp.workspaces_dir={folder.parent / 'workspaces'}",
        ]  # fmt: skip
        if getattr(os, "geteuid", lambda: 1)() == 0:
            command.append("--allow-root")
    return command if browser else [*command, "--no-browser"]


def prepare_desk(snapshot: str | Path, round_name: str, share: bool = False) -> Path:
    """Judge a round's record for the desk now, and hand it over to the teams where asked.

    Parameters
    ----------
    snapshot : folder of a snapshot; a relative one is sought from the notebooks' folder
    round_name : name of a round's file under ``parameters/rounds``
    share : give each court's files, and rows of the database, to its team (``desk.yaml``)

    Returns
    -------
    Path
        Folder of the prepared tables.

    Raises
    ------
    BadTeam
        No team is named in ``desk.yaml``, or one has no group on this system.
    """
    from audit_lib.desk.data import open_data
    from audit_lib.desk.store import open_store
    from audit_lib.desk.teams import BadTeam, share_desk

    data = open_data(snapshot, round_name)
    if share:
        teams = load_desk_settings().teams
        if not teams:
            raise BadTeam(say("no_team", "No team is named under `teams` in parameters/desk.yaml."))
        url = os.environ.get("AUDIT_DESK_URL", "")
        store = open_store(url) if url.startswith("postgresql") else None
        rounds = os.environ.get("AUDIT_DESK_ROUNDS")
        share_desk(
            data.snapshot,
            data.folder,
            desk_folder(),
            teams,
            store,
            Path(rounds) if rounds else None,
        )
    return data.folder


def export_decisions(round_name: str, path: str | Path) -> int:
    """Write a round's decisions as the ``inspections`` table that is ingested again.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    StoreUnavailable, CannotWrite
    """
    from audit_lib.desk.export import build_inspections, write_inspections
    from audit_lib.desk.store import open_store

    store = open_store(read_only=True)
    entries = store.entries(round_name)
    store.close()
    write_inspections(entries, path)
    return len(build_inspections(entries))


def open_desk(port: int = 8888, browser: bool = True, readers: bool = False) -> int:
    """Open the inspection desk and stay until it is closed.

    Parameters
    ----------
    port : port on this machine
    browser : open the user's browser
    readers : serve the desk without saving, by voila

    Returns
    -------
    int
        Exit code of the server; 0 when it was stopped by hand.

    Raises
    ------
    CannotWrite
        The desk's folder cannot be written.
    """
    base = desk_folder()
    folder = base / ("readers" if readers else "desk")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(notebooks_folder() / NOTEBOOK, folder / NOTEBOOK)
        lay_window(base / "workspaces")
    except OSError as error:
        advice = say("other_desk_folder", "\nName another folder in AUDIT_DESK_FOLDER.")
        raise CannotWrite.from_error(base, error, advice) from None
    environment = (
        os.environ
        | {
            "AUDIT_DESK_FOLDER": str(base),
            "AUDIT_NOTEBOOKS": str(notebooks_folder().resolve()),
            "AUDIT_PARAMETERS": str(parameters_folder().resolve()),
        }
        | lab_paths(base)
    )
    environment[READERS] = "1" if readers else ""
    command = server_command(port, browser, readers, folder)
    server = subprocess.Popen(command, env=environment)
    # A plain kill of this process would leave the server behind: it must end with it.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait()
        signal.signal(signal.SIGTERM, before)
