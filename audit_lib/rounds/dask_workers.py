"""The workers of a Dask scheduler, on this machine or on many.

The scheduler gives a dead worker's work to another one; a unit is made beside and renamed, so
that one begun twice is done once in effect. Every worker must see the same snapshot, parameters,
notebooks and output folder under the same paths, and have the same library: it is asked.
"""

import os
import socket
import time
from concurrent.futures import Future

from audit_lib.errors import AuditError, BadRound, say
from audit_lib.rounds.executors import Work, Workers

__all__ = ["DaskWorkers", "SchedulerLost"]


class SchedulerLost(AuditError):
    """The scheduler went away while a round was being run."""


class DaskWorkers(Workers):
    """The workers of a Dask scheduler.

    Parameters
    ----------
    address : as ``tcp://10.0.0.1:8786``
    made_with : hash of the installation that each worker must have; empty to ask nothing

    Raises
    ------
    BadRound
        No scheduler answers there, it has no workers, or one of them has another installation.
    """

    def __init__(self, address: str, made_with: str = ""):
        from distributed import Client

        self.address = address
        try:
            _knock(address)
            self.client = Client(address, timeout=20, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise BadRound(
                say("no_scheduler", "No Dask scheduler answers at `{address}`: {why}\nStart one "
                    "(dask scheduler), or leave --scheduler out to work on this machine.",
                    address=address, why=str(error))
            ) from None  # fmt: skip
        self.width = sum(self.client.nthreads().values())
        if not self.width:
            self.client.close()
            raise BadRound(
                say("no_dask_workers", "The scheduler at `{address}` has no workers.\nStart some: "
                    "dask worker {address} --nthreads 1 --nworkers 2 --memory-limit 0",
                    address=address)
            )  # fmt: skip
        self._require_same(made_with)
        self.executor = self.client.get_executor(pure=False)

    def _require_same(self, made_with: str) -> None:
        answers = self.client.run(_compare, made_with, on_error="return") if made_with else {}
        for worker, said in sorted(answers.items()):
            if said is not None:
                self.client.close()
                raise BadRound(f"The worker {worker} cannot take part: {said}")

    def submit(self, work: Work) -> Future:
        """Hand out one piece of work.

        Raises
        ------
        SchedulerLost
            The scheduler is gone.
        """
        if self.client.status != "running":
            raise SchedulerLost(
                say("scheduler_gone", "The Dask scheduler at `{address}` went away; what was "
                    "finished is kept.\nStart it again, or leave --scheduler out, and give the "
                    "same command again.", address=self.address)
            )  # fmt: skip
        return self.executor.submit(run_there, work.function, *work.arguments)

    def close(self, at_once: bool) -> None:
        """Let go of the scheduler; it and its workers stay."""
        self.executor.shutdown(wait=not at_once)
        self.client.close()


def _knock(address: str) -> None:
    """Fail at once where nobody listens; the client itself would try for long."""
    from distributed.comm import get_address_host_port

    host, port = get_address_host_port(address)
    socket.create_connection((host, port), timeout=10).close()


def _compare(made_with: str) -> str | None:
    """Say, in a worker, what is wrong with its installation."""
    from audit_lib.rounds.inputs import require_same

    _settle()
    try:
        require_same(made_with)
    except AuditError as error:
        return str(error)
    return None


def run_there(function, *arguments):
    """Do one piece of work in a worker that may have been running for weeks."""
    _settle()
    return function(*arguments)


def _settle() -> None:
    """Forget parameters that were read before and have changed; set what outputs hang on."""
    from audit_lib.rounds.kernels import limited_environment
    from audit_lib.rounds.settings import load_settings
    from audit_lib.rounds.warming import refresh

    refresh()
    os.environ.update(limited_environment(load_settings().kernels))
    if hasattr(time, "tzset"):
        time.tzset()
