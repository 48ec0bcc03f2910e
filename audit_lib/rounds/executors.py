"""Who does the work of a round: processes here, or the workers of a Dask scheduler.

Both are ``concurrent.futures`` executors behind one face, :class:`Workers`. Work must be safe to
do twice: a dead worker's work is given to another one (:mod:`audit_lib.rounds.dask_workers` for
those elsewhere).
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import wait as wait_for

from audit_lib.errors import AuditError, BadRound, NotebookFailed, say
from audit_lib.rounds.kernels import forking_available, limited_environment
from audit_lib.rounds.progress import Progress
from audit_lib.rounds.settings import load_settings
from audit_lib.rounds.warm_process import SHARED, WarmProcess, warm_process

__all__ = ["Work", "Workers", "open_workers"]


@dataclass(frozen=True)
class Work:
    """A named call of an importable function."""

    name: str
    function: Callable
    arguments: tuple


class Workers:
    """Workers that are given some work at a time, again when one dies."""

    width = 1

    def submit(self, work: Work) -> Future:
        """Hand out one piece of work."""
        raise NotImplementedError

    def restart(self) -> None:
        """Replace workers of which one has died."""

    def run(
        self, work: list[Work], tries: int, progress: Progress
    ) -> Iterator[tuple[str, object, AuditError | None]]:
        """Do all the work in the order given; yield each (name, result, error) as it ends.

        Parameters
        ----------
        work : in the order in which it is to be begun
        tries : how often work is begun whose worker died or whose kernel did
        progress : is told of each end

        Raises
        ------
        AuditError
            Never for a failing notebook, which is a result; an error that is no one unit's
            (a full disk) is yielded and left to the caller.
        """
        queue = [(item, 1) for item in work]
        running: dict[Future, tuple[Work, int]] = {}
        while queue or running:
            while queue and len(running) < self.width:
                item, attempt = queue.pop(0)
                running[self._submit(item)] = item, attempt
            progress.show([w.name for w, _ in running.values()])
            ended, _ = wait(running, return_when=FIRST_COMPLETED)
            broken = False
            for future in sorted(ended, key=lambda f: running[f][0].name):
                item, attempt = running.pop(future)
                result, error, again, died = _outcome(future)
                broken = broken or died
                if again and attempt < tries:
                    queue.insert(0, (item, attempt + 1))
                    continue
                failed = error is not None or _is_failed(result)
                progress.tell(item.name, failed)
                yield item.name, result, error
            if broken:
                self.restart()

    def _submit(self, item: Work) -> Future:
        try:
            return self.submit(item)
        except BrokenProcessPool:
            self.restart()
            return self.submit(item)


def _is_failed(result) -> bool:
    return isinstance(result, dict) and result.get("state") == "failed"


def _outcome(future: Future):
    """Return (result, error, whether another try may help, whether the worker died)."""
    if future.cancelled():
        return None, NotebookFailed("The worker was lost."), True, False
    error = future.exception()
    if error is None:
        result = future.result()
        again = isinstance(result, dict) and bool(result.get("dead"))
        return result, None, again, False
    if isinstance(error, BrokenProcessPool):
        error = NotebookFailed("The worker died, perhaps for want of memory.")
        return None, error, True, True
    if type(error).__name__ == "KilledWorker":  # Dask's, which need not be installed
        return (
            None,
            NotebookFailed("The workers that were given it died, one after another."),
            True,
            False,
        )
    if not isinstance(error, AuditError):
        # A fault of ours, in one unit: it stands first in the index, the other courts go on.
        short = traceback.format_exception_only(error)[-1].strip()
        error = NotebookFailed(f"{short[:400]}")
    return None, error, False, False


class InlineWorkers(Workers):
    """One thread of the calling process; kernels are still forked."""

    def __init__(self):
        self.pool = ThreadPoolExecutor(1)

    def submit(self, work: Work) -> Future:
        """Hand out one piece of work."""
        return self.pool.submit(work.function, *work.arguments)

    def close(self, at_once: bool) -> None:
        """End the thread; at once, by taking its kernel away."""
        if at_once and forking_available():
            warm_process().close()
        self.pool.shutdown(wait=True, cancel_futures=True)


class LocalWorkers(Workers):
    """Processes on this machine, their kernels forked from one warm process.

    The processes too are forked, by multiprocessing's own server, which has imported for them;
    where there is no forking each starts anew.
    """

    def __init__(self, width: int):
        self.width = width
        self.kernels = load_settings().kernels
        self.warm: WarmProcess | None = None
        self.pool: ProcessPoolExecutor | None = None
        self.context = multiprocessing.get_context("spawn")
        if forking_available():
            self.warm = warm_process()
            self.warm.start()
            self.context = multiprocessing.get_context("forkserver")
            self.context.set_forkserver_preload(_PRELOAD)
            # The server must have no thread when it forks; numeric libraries start some at import.
            with _environment(limited_environment(self.kernels)):
                forkserver.ensure_running()

    def submit(self, work: Work) -> Future:
        """Hand out one piece of work; the processes are started with the first."""
        if self.pool is None:
            variables = dict(os.environ) | limited_environment(self.kernels)
            if self.warm is not None:
                self.warm.start()
                variables[SHARED] = self.warm.address
            self.pool = ProcessPoolExecutor(
                self.width,
                mp_context=self.context,
                initializer=begin_worker,
                initargs=(variables,),
            )
        return self.pool.submit(work.function, *work.arguments)

    def restart(self) -> None:
        """Start a new pool; the old one is broken."""
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)
            self.pool = None

    def close(self, at_once: bool) -> None:
        """End the processes: when their work is done, or at once."""
        if self.pool is not None:
            if at_once:
                for process in list((self.pool._processes or {}).values()):
                    process.kill()
            self.pool.shutdown(wait=True, cancel_futures=True)
            self.pool = None


_PRELOAD = [
    "audit_lib.rounds.units",
    "audit_lib.rounds.notebooks",
    "audit_lib.rounds.preparation",
    "audit_lib.rounds.warming",
    "nbconvert",
]


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def begin_worker(variables: dict[str, str]) -> None:
    """Set up a worker process: it ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()
    os.environ.update(variables)
    warming = sys.modules.get("audit_lib.rounds.warming")
    if warming is not None:
        warming.refresh()
    parent = multiprocessing.parent_process()
    if parent is not None:

        def follow() -> None:
            wait_for([parent.sentinel])
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


@contextlib.contextmanager
def open_workers(
    width: int, scheduler: str | None = None, made_with: str = ""
) -> Iterator[Workers]:
    """Open workers for a run: `width` processes here, or a scheduler's.

    Parameters
    ----------
    width : processes on this machine
    scheduler : address of a Dask scheduler, whose workers are taken instead
    made_with : hash of the installation that its workers must have

    Raises
    ------
    BadRound
        `width` is less than one, or the scheduler does not answer.
    """
    if width < 1:
        raise BadRound(
            say("no_worker", "--workers {width}: at least one worker is needed.", width=width)
        )
    if scheduler:
        from audit_lib.rounds.dask_workers import DaskWorkers

        workers: Workers = DaskWorkers(scheduler, made_with)
    else:
        workers = LocalWorkers(width) if width > 1 else InlineWorkers()
    at_once = True
    try:
        yield workers
        at_once = False
    finally:
        workers.close(at_once)
