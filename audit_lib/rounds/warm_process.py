"""The one process that has done the imports, as its owner sees it, and the kernels it forks.

The other side of the socket is :mod:`audit_lib.rounds.forkserver`. Reads ``kernels`` of
``parameters/rounds.yaml``.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from audit_lib.errors import AuditError, BadParameterFile
from audit_lib.parameters import parameters_folder
from audit_lib.rounds.kernels import limited_environment
from audit_lib.rounds.settings import Kernels, load_settings

__all__ = ["SHARED", "ForkedKernel", "WarmProcess", "WarmProcessDied", "warm_process"]

SHARED = "AUDIT_WARM_SOCKET"


class WarmProcessDied(AuditError):
    """The process that forks kernels ended while it was needed."""


class ForkedKernel:
    """A kernel in the hands of the warm process; the part of ``Popen`` that jupyter_client uses."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int):
        self.connection = connection
        self.pid = pid
        self.returncode: int | None = None
        self._buffer = b""

    def poll(self) -> int | None:
        """Return the kernel's exit code, or ``None`` while it runs."""
        if self.returncode is None:
            self.connection.setblocking(False)
            try:
                self._take(self.connection.recv(4096))
            except BlockingIOError:
                pass
            except OSError:
                self._take(b"")
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the kernel has ended.

        Raises
        ------
        subprocess.TimeoutExpired
            It still runs after `timeout` seconds.
        """
        while self.returncode is None:
            self.connection.settimeout(timeout)
            try:
                self._take(self.connection.recv(4096))
            except TimeoutError:
                raise subprocess.TimeoutExpired(f"kernel {self.pid}", timeout or 0) from None
            except OSError:
                self._take(b"")
        return self.returncode

    def _take(self, data: bytes) -> None:
        self._buffer += data
        if not data:  # the warm process is gone, and its kernels with it
            self.returncode = -signal.SIGKILL
        elif b"\n" in self._buffer:
            self.returncode = json.loads(self._buffer.split(b"\n")[0])["returncode"]
        if self.returncode is not None:
            self.connection.close()

    def send_signal(self, number: int) -> None:
        """Signal the kernel and all that it started, while it runs."""
        if self.poll() is None:
            try:
                self.connection.settimeout(5)
                self.connection.sendall(json.dumps({"signal": int(number)}).encode() + b"\n")
            except OSError:
                self._take(b"")

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


class WarmProcess:
    """The process that imports once and forks kernels; restarted when it has died.

    Parameters
    ----------
    kernels : what to import, and the bounds of one kernel
    address : path of the socket of a warm process that someone else keeps; else one is started
        here and ends with this process
    """

    def __init__(self, kernels: Kernels, address: str | None = None):
        self.kernels = kernels
        self.owner = os.getpid()
        self._shared = address
        self._folder: str | None = None
        self._process: subprocess.Popen | None = None
        self._lifeline = -1
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        """The path of the socket at which kernels are asked for."""
        return self._shared or os.path.join(self._folder, "warm")

    def start(self) -> None:
        """Start the process if it does not run; the imports go on beside."""
        with self._lock:
            if self._shared or (self._process is not None and self._process.poll() is None):
                return
            self._clean(keep_folder=True)  # kernels being started have their files in it
            if self._folder is None or not os.path.isdir(self._folder):
                self._folder = tempfile.mkdtemp(prefix="audit-")
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.address)
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(self.address)
            listener.listen(128)
            read_end, self._lifeline = os.pipe()
            command = [sys.executable, "-m", "audit_lib.rounds.forkserver"]
            command += [str(listener.fileno()), str(read_end), *self.kernels.preload]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                pass_fds=(listener.fileno(), read_end),
                env=os.environ | limited_environment(self.kernels),
                start_new_session=True,
            )
            listener.close()
            os.close(read_end)

    def check(self) -> int:
        """Wait for the imports and return the process id of the warm process.

        Raises
        ------
        BadParameterFile
            A module of ``preload`` cannot be imported.
        """
        connection = self._connect()
        with connection:
            connection.sendall(b'{"ping": true}\n')
            answer = _line(connection)
        if answer is None:
            raise WarmProcessDied("The warm process ended during its imports; see above.")
        if answer["failures"]:
            raise BadParameterFile.from_place(
                parameters_folder() / "rounds.yaml",
                None,
                "`kernels.preload` cannot be imported: " + "; ".join(answer["failures"]),
            )
        return answer["pid"]

    def fork(self, arguments: list[str], env: dict[str, str], cwd: str) -> ForkedKernel:
        """Fork one kernel.

        Parameters
        ----------
        arguments : what follows ``python -m ipykernel_launcher``
        env : the kernel's whole environment
        cwd : its folder

        Raises
        ------
        WarmProcessDied
            Twice, although it was started again in between.
        """
        request = {
            "args": list(arguments),
            "env": env | limited_environment(self.kernels),
            "cwd": str(cwd),
            "memory_mb": self.kernels.memory_mb,
        }
        message = json.dumps(request).encode() + b"\n"
        for _ in range(2):
            connection = self._connect()
            with open(os.devnull, "rb") as nothing:
                descriptors = [nothing.fileno(), *_outputs(nothing.fileno())]
                try:
                    socket.send_fds(connection, [message[:1]], descriptors)
                    connection.sendall(message[1:])
                    answer = _line(connection)
                except OSError:
                    answer = None
            if answer is not None:
                return ForkedKernel(connection, answer["pid"])
            connection.close()
        raise WarmProcessDied("The warm process died twice while a kernel was being started.")

    def _connect(self) -> socket.socket:
        for attempt in range(2):
            self.start()
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.kernels.start_seconds)
            try:
                connection.connect(self.address)
                return connection
            except OSError:
                connection.close()
                if attempt:
                    raise WarmProcessDied("The warm process does not answer.") from None
                if self._shared:  # its keeper has it no more: keep one here
                    self._shared = None
                else:
                    with self._lock:
                        self._clean(keep_folder=True)
        raise AssertionError("not reached")

    def close(self) -> None:
        """End the warm process and every kernel that it forked."""
        with self._lock:
            self._clean()

    def _clean(self, keep_folder: bool = False) -> None:
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        if self._process is not None:
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._folder is not None and not keep_folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _outputs(nothing: int) -> list[int]:
    """Return where a kernel's own words go: this process's outputs, if it has any."""
    outputs = []
    for number in (1, 2):
        try:
            os.fstat(number)
            outputs.append(number)
        except OSError:
            outputs.append(nothing)
    return outputs


def _line(connection: socket.socket) -> dict | None:
    """Read one line; ``None`` when the other side has gone."""
    buffer = b""
    while not buffer.endswith(b"\n"):
        try:
            data = connection.recv(1)
        except TimeoutError:
            raise WarmProcessDied("The warm process does not answer in time.") from None
        except OSError:
            return None
        if not data:
            return None
        buffer += data
    return json.loads(buffer)


_warm: WarmProcess | None = None
_warm_lock = threading.Lock()


def warm_process() -> WarmProcess:
    """Return this process's warm process: the shared one of a round, else one of its own."""
    global _warm
    with _warm_lock:
        if _warm is None or _warm.owner != os.getpid():
            _warm = WarmProcess(load_settings().kernels, os.environ.get(SHARED))
        return _warm
