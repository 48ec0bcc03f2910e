"""The kernelspec of a round's kernels, where they can be forked, and the bounds of each.

A notebook's time is mostly imports: forked from a process that has done them
(:mod:`audit_lib.rounds.warm_process`), a kernel is ready in a fraction of a second. Where there
is no forking (Windows, macOS) an ordinary kernel is started. Reads ``kernels`` of
``parameters/rounds.yaml``.
"""

import os
import shutil
import sys
import time
from importlib.metadata import EntryPoint
from pathlib import Path

from jupyter_client.provisioning.factory import KernelProvisionerFactory

from audit_lib.rounds.settings import Kernels

__all__ = [
    "KERNEL",
    "forking_available",
    "install_kernelspec",
    "kernelspecs_folder",
    "limited_environment",
    "register_provisioner",
    "wait_until",
]

KERNEL = "audit-fork"
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS",
)


def forking_available() -> bool:
    """Tell whether kernels can be forked here.

    Not on Windows, which has no fork, nor on macOS, whose system libraries do not survive one;
    ``AUDIT_KERNELS=ordinary`` in the environment turns it off anywhere.
    """
    wanted = os.environ.get("AUDIT_KERNELS", "warm") != "ordinary"
    return wanted and hasattr(os, "fork") and sys.platform not in ("win32", "darwin")


def kernelspecs_folder() -> Path:
    """Return the folder that holds our kernelspec, for ``JUPYTER_PATH``-like searches."""
    return Path(__file__).resolve().parent / "kernelspecs"


def install_kernelspec(prefix: str | Path = sys.prefix) -> Path:
    """Make the warm kernel known to JupyterLab and to plain papermill (``-k audit-fork``).

    Parameters
    ----------
    prefix : folder of a Python environment

    Returns
    -------
    Path
        The installed kernelspec's folder.
    """
    target = Path(prefix) / "share" / "jupyter" / "kernels" / KERNEL
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(kernelspecs_folder() / KERNEL / "kernel.json", target / "kernel.json")
    return target


def limited_environment(kernels: Kernels) -> dict[str, str]:
    """Return the variables that bound a kernel's threads and make its outputs repeat.

    The seed of Python's hashes and the time zone are fixed, so that no order of a set and no
    local clock reaches a report.
    """
    variables = dict.fromkeys(_THREADS, str(kernels.threads))
    # The kernel sees the library that its runner has, also in a checkout that is not installed.
    library = str(Path(__file__).resolve().parents[2])
    others = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and p != library]
    variables["PYTHONPATH"] = os.pathsep.join([library, *others])
    variables |= {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    return variables


def register_provisioner() -> None:
    """Make the provisioner known also where the package's entry points are not installed."""
    known = KernelProvisionerFactory.instance().provisioners
    if KERNEL not in known:
        known[KERNEL] = EntryPoint(
            KERNEL,
            "audit_lib.rounds.provisioner:ForkProvisioner",
            KernelProvisionerFactory.GROUP_NAME,
        )


def wait_until(condition, seconds: float, step: float = 0.01) -> bool:
    """Wait for `condition` for at most `seconds`; tell whether it came true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


if __name__ == "__main__":
    print(install_kernelspec())
