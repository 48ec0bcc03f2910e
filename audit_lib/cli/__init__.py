"""The ``audit`` command: each subcommand is one step of the way of the data.

Exit codes: 0 done, 1 failed (one clear message on standard error), 2 wrong usage. Rooms are
imported when their command runs, so that ``audit --help`` is quick.
"""

from audit_lib.cli import findings, records, rounds
from audit_lib.cli.group import main

__all__ = ["findings", "main", "records", "rounds"]
