"""The jupyter_client manager and client of a round's kernels: private sockets, no waiting.

The ordinary ones wait in steps of 0.1 and 0.2 s at the start and the end of every kernel, which
is most of what a small notebook costs.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Unicode, default

from audit_lib.report.drawing import SERVED, serve_drawings
from audit_lib.rounds.kernels import (
    forking_available,
    kernelspecs_folder,
    register_provisioner,
)
from audit_lib.rounds.warm_process import warm_process

__all__ = ["PrivateKernelManager", "PromptClient"]

_drawings: dict[int, str] = {}  # this process → where it draws for its kernels


def _drawing_environment() -> dict[str, str]:
    """Return the variable by which a kernel finds this process to draw for it."""
    if not forking_available():
        return {}
    address = _drawings.get(os.getpid())
    if address is None or not os.path.exists(address):  # its folder goes with the warm process
        warm = warm_process()
        warm.start()
        address = _drawings[os.getpid()] = serve_drawings(os.path.dirname(warm.address))
    return {SERVED: address}


class PromptClient(AsyncKernelClient):
    """Is ready as soon as the kernel has answered and its outputs arrive.

    The ordinary client then waits 0.2 s more for outputs that nobody asked for; ours are told
    from others by the request they belong to.
    """

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            self.kernel_info()
            with contextlib.suppress(Empty):
                reply = await self.shell_channel.get_msg(timeout=1)
                if reply["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=0.2)
                    self._handle_kernel_info_reply(reply)
                    return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before it answered")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel did not answer in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready


class PrivateKernelManager(AsyncKernelManager):
    """Starts our kernel, with its sockets in a folder that only this user can enter.

    The transport is IPC where there is such a thing, else encrypted TCP.
    """

    folder = Unicode()

    @default("client_class")
    def _prompt_client(self) -> str:
        return f"{__name__}.PromptClient"

    @default("client_factory")
    def _prompt_factory(self) -> type:
        return PromptClient

    @default("folder")
    def _new_folder(self) -> str:
        # Inside the warm process's folder, which goes with it even when this process is killed.
        warm = warm_process() if forking_available() else None
        if warm is not None:
            warm.start()
        beside = os.path.dirname(warm.address) if warm is not None else None
        return tempfile.mkdtemp(prefix="audit-", dir=beside)

    @default("connection_file")
    def _connection_file_in_folder(self) -> str:
        return os.path.join(self.folder, "k.json")

    @default("transport")
    def _private_transport(self) -> str:
        return "tcp" if sys.platform == "win32" else "ipc"

    @default("transport_encryption")
    def _encrypted_over_tcp(self) -> str:
        return "required" if sys.platform == "win32" else "disabled"

    @default("kernel_spec_manager")
    def _our_kernelspec_first(self) -> KernelSpecManager:
        register_provisioner()
        manager = KernelSpecManager(parent=self)
        manager.kernel_dirs = [str(kernelspecs_folder()), *manager.kernel_dirs]
        return manager

    async def _async_pre_start_kernel(self, **kw):
        kw["env"] = dict(kw.get("env") or os.environ) | _drawing_environment()
        return await super()._async_pre_start_kernel(**kw)

    async def _async_wait(self, pollinterval: float = 0.01) -> None:
        await super()._async_wait(pollinterval)

    def cleanup_connection_file(self) -> None:
        """Remove the connection file and the sockets with their folder."""
        super().cleanup_connection_file()
        if "folder" in self._trait_values:
            shutil.rmtree(self.folder, ignore_errors=True)
