"""The jupyter_client provisioner that forks a kernel instead of starting an interpreter.

Named ``audit-fork`` among the entry points of the package, and by the kernelspec of the same
name: JupyterLab and plain papermill (``-k audit-fork``) use it too.
"""

import asyncio
import os
import pathlib
import sys
import time
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from audit_lib.rounds.kernels import forking_available, limited_environment
from audit_lib.rounds.settings import load_settings
from audit_lib.rounds.warm_process import warm_process

__all__ = ["ForkProvisioner"]

_LAUNCHER = ["-m", "ipykernel_launcher"]


class ForkProvisioner(LocalProvisioner):
    """Forks Python kernels from the warm process; an ordinary kernel where that cannot be."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepare the launch; over TCP the transport is encrypted whatever the caller chose."""
        manager = self.parent
        if getattr(manager, "transport", None) == "tcp" and hasattr(
            manager, "_transport_encryption_policy"
        ):
            kwargs.setdefault("transport_encryption", "required")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel that `cmd` would have started."""
        ours = len(cmd) > 3 and os.path.samefile(cmd[0], sys.executable) and cmd[1:3] == _LAUNCHER
        env = dict(kwargs.get("env") or os.environ)
        if not (ours and forking_available()):
            kwargs["env"] = env | limited_environment(load_settings().kernels)
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or pathlib.Path.cwd()
        # Forking waits for the imports the first time: the server of a desk goes on meanwhile.
        self.process = await asyncio.to_thread(warm_process().fork, cmd[3:], env, str(self.cwd))
        self.pid = self.process.pid
        self.pgid = None  # signals go through the warm process, which knows who is still alive
        await self._wait_for_sockets()
        return self.connection_info

    async def _wait_for_sockets(self) -> None:
        """Wait until the kernel listens: a client that knocks too early asks again in 0.1 s."""
        info = self.connection_info
        if getattr(self.parent, "transport", None) != "ipc":
            return
        prefix = os.fsdecode(info.get("ip", ""))
        sockets = [f"{prefix}-{info[name]}" for name in info if name.endswith("_port")]
        end = time.monotonic() + load_settings().kernels.start_seconds
        while not all(os.path.exists(path) for path in sockets):
            # Whoever waits for the kernel's first answer tells of one that never comes.
            if self.process.poll() is not None or time.monotonic() > end:
                return
            await asyncio.sleep(0.002)

    async def wait(self) -> int | None:
        """Wait for the kernel's end, asking more often than an ordinary kernel is asked."""
        if self.process is None or not hasattr(self.process, "connection"):
            return await super().wait()
        while (code := self.process.poll()) is None:
            await asyncio.sleep(0.01)
        self.process = None
        return code
