"""The warm process: imports once, then forks one kernel for each request.

Run as ``python -m audit_lib.rounds.forkserver LISTENER LIFELINE MODULE…`` by
:mod:`audit_lib.rounds.warm_process` with two inherited file descriptors: a listening Unix socket,
and a pipe whose end means that the owner is gone. It has no thread, so that forking is safe, and
never draws or computes itself.

One connection is one kernel. The client sends one line of JSON (``args``, ``env``, ``cwd``,
``memory_mb``) with three file descriptors; it is answered ``{"pid": …}`` and, when the kernel has
ended, ``{"returncode": …}``. A further line ``{"signal": …}`` is passed on to the kernel's process
group. A client that goes away takes its kernel with it. ``{"ping": true}`` is answered when the
imports are done, with what could not be imported.
"""

import atexit
import gc
import importlib
import json
import os
import random
import selectors
import shutil
import signal
import socket
import sys
import types

__all__ = ["serve"]

_PR_SET_PDEATHSIG = 1


class _Client:
    """One connection: what was read so far, its kernel, the descriptors it sent."""

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.buffer = b""
        self.descriptors: list[int] = []
        self.pid: int | None = None

    def answer(self, **message) -> None:
        """Send one line; a client that has gone is noticed by the next read."""
        try:
            self.connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            pass


def serve(listener: socket.socket, lifeline: int, failures: list[str]) -> None:
    """Fork kernels until `lifeline` is closed by the owner.

    Parameters
    ----------
    listener : listening Unix socket
    lifeline : file descriptor of a pipe; its end means that the owner is gone
    failures : what could not be imported, told to whoever asks
    """
    wake_read, wake_write = os.pipe()
    for descriptor in (wake_read, wake_write):
        os.set_blocking(descriptor, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    # Ctrl-C in a terminal reaches the whole group: the owner decides, by closing the lifeline.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    clients: dict[int, _Client] = {}
    kernels: dict[int, _Client] = {}
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ, "listener")
    selector.register(lifeline, selectors.EVENT_READ, "lifeline")
    selector.register(wake_read, selectors.EVENT_READ, "wake")
    inherited = [listener.fileno(), lifeline, wake_read, wake_write]

    def forget(client: _Client) -> None:
        selector.unregister(client.connection)
        clients.pop(client.connection.fileno(), None)
        client.connection.close()
        for descriptor in client.descriptors:
            os.close(descriptor)
        if client.pid in kernels:
            _signal_group(client.pid, signal.SIGKILL)

    def reap() -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            client = kernels.pop(pid, None)
            # What the kernel itself started goes with it.
            _signal_group(pid, signal.SIGKILL)
            if client is not None:
                client.answer(returncode=os.waitstatus_to_exitcode(status))

    try:
        while True:
            for key, _ in selector.select():
                if key.data == "lifeline":
                    return
                if key.data == "wake":
                    _drain(wake_read)
                    reap()
                elif key.data == "listener":
                    connection, _ = listener.accept()
                    client = clients[connection.fileno()] = _Client(connection)
                    selector.register(connection, selectors.EVENT_READ, client)
                else:
                    client = key.data
                    for message in _read(client):
                        if message is None:
                            forget(client)
                        elif "signal" in message:
                            if client.pid in kernels:
                                _signal_group(client.pid, message["signal"])
                        elif "ping" in message:
                            client.answer(failures=failures, pid=os.getpid())
                        elif client.pid is None:
                            others = [c.connection.fileno() for c in clients.values()]
                            client.pid = _fork(message, client.descriptors, inherited + others)
                            kernels[client.pid] = client
                            client.answer(pid=client.pid)
    finally:
        for pid in kernels:
            _signal_group(pid, signal.SIGKILL)


def _read(client: _Client):
    """Yield each whole message; ``None`` when the client has gone."""
    try:
        data, descriptors, _, _ = socket.recv_fds(client.connection, 1 << 16, 3)
    except OSError:
        data, descriptors = b"", []
    client.descriptors += descriptors
    if not data:
        yield None
        return
    *lines, client.buffer = (client.buffer + data).split(b"\n")
    for line in lines:
        yield json.loads(line)


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        pass


def _signal_group(pid: int, number: int) -> None:
    """Signal a kernel and all that it started; gone already is as good."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _fork(request: dict, descriptors: list[int], inherited: list[int]) -> int:
    pid = os.fork()
    if pid:
        # Also here, so that a signal sent at once finds the group.
        try:
            os.setpgid(pid, pid)
        except OSError:
            pass
        for descriptor in descriptors:
            os.close(descriptor)
        descriptors.clear()
        return pid
    code = 1
    try:
        _become_kernel(request, descriptors, inherited)
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    finally:
        # The last stop of a forked process: whatever went wrong is shown, then the process ends.
        if sys.exc_info()[0] is not None:
            sys.excepthook(*sys.exc_info())
        _leave(code)
    raise AssertionError("a forked kernel never returns")


def _leave(code: int) -> None:
    try:
        atexit._run_exitfuncs()
        for stream in (sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
    finally:
        os._exit(code)


def _become_kernel(request: dict, descriptors: list[int], inherited: list[int]) -> None:
    """Leave behind all that belongs to the warm process, then run the kernel's program."""
    try:
        os.setsid()
    except PermissionError:  # the parent has already made it a group leader
        os.setpgid(0, 0)
    _die_with_parent()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    atexit._clear()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    for descriptor in [*inherited, *descriptors]:
        if descriptor > 2:
            os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    _limit_memory(request.get("memory_mb"))
    _reseed()
    warming = sys.modules.get("audit_lib.rounds.warming")
    if warming is not None:
        warming.refresh()
    arguments = [*request["args"], f"--IPKernelApp.parent_handle={os.getppid()}"]
    sys.argv = ["ipykernel_launcher", *arguments]
    sys.modules["__main__"] = types.ModuleType("__main__")

    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(arguments)


def _die_with_parent() -> None:
    """On Linux, ask for SIGKILL when the warm process dies, however it dies."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _limit_memory(megabytes: int | None) -> None:
    """Bound what the kernel may fill; reserved but unused address space is not counted."""
    if not megabytes:
        return
    import resource

    limit = megabytes * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _reseed() -> None:
    """Give each kernel random numbers of its own, as an ordinary kernel has."""
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def _import_all(modules: list[str]) -> list[str]:
    failures = []
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            failures.append(f"{module}: {error}")
    return failures


def main(arguments: list[str]) -> None:
    """Import, then serve."""
    listener = socket.socket(fileno=int(arguments[0]))
    lifeline = int(arguments[1])
    for descriptor in (listener.fileno(), lifeline):
        os.set_inheritable(descriptor, False)
    # Nobody steps through a round's notebook; the debugger is most of a kernel's start.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    kernel_parts = [
        "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.magics",
        "IPython.core.completerlib", "IPython.core.debugger", "IPython.extensions.storemagic",
    ]  # fmt: skip
    failures = _import_all([*kernel_parts, *arguments[2:]])
    gc.collect()
    gc.freeze()  # the collector of a kernel does not touch, and so not copy, what was imported
    folder = os.path.dirname(listener.getsockname())
    try:
        serve(listener, lifeline, failures)
    finally:  # also when the owner was killed and cannot tidy up
        gc.unfreeze()  # else libraries complain at the end of objects that nobody frees
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
