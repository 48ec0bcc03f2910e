"""The way in: JupyterLab with the desk open, or the same desk without saving for readers.

Everything stays on this machine: the server listens to it alone, asks nothing of any other, and
works on a copy of the notebook in the desk's folder, so that no case ever lands in the checkout.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from audit_lib.desk.settings import desk_folder
from audit_lib.errors import CannotWrite
from audit_lib.parameters import notebooks_folder, parameters_folder

__all__ = ["NOTEBOOK", "open_desk", "server_command"]

NOTEBOOK = "inspection_desk.ipynb"
READERS = "AUDIT_DESK_READERS"
_SERVER = Path(__file__).resolve().parent / "server"


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
        ]  # fmt: skip
    else:
        command = [
            sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}",
            f"--config={_SERVER / 'jupyter_server_config.py'}",
            f"--ServerApp.root_dir={folder}",
            f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
            f"--LabApp.app_settings_dir={_SERVER / 'lab'}",
            f"--LabApp.user_settings_dir={folder.parent / 'settings'}",
            f"--LabApp.workspaces_dir={folder.parent / 'workspaces'}",
        ]  # fmt: skip
        password = os.environ.get("AUDIT_DESK_PASSWORD")
        if password:
            command += [
                f"--PasswordIdentityProvider.hashed_password={password}",
                "--PasswordIdentityProvider.password_required=True",
                "--IdentityProvider.token=",
            ]
        if getattr(os, "geteuid", lambda: 1)() == 0:
            command.append("--allow-root")
    return command if browser else [*command, "--no-browser"]


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
    except OSError as error:
        raise CannotWrite(
            f"The desk cannot work in `{base}`: {error.strerror or error}.\n"
            "Name another folder in AUDIT_DESK_FOLDER."
        ) from None
    environment = os.environ | {
        "AUDIT_DESK_FOLDER": str(base),
        "AUDIT_NOTEBOOKS": str(notebooks_folder().resolve()),
        "AUDIT_PARAMETERS": str(parameters_folder().resolve()),
        "JUPYTER_CONFIG_DIR": str(base / "settings"),
        "JUPYTER_PATH": str(_SERVER / "jupyter"),
    }
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
