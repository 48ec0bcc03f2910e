"""A PostgreSQL server of the tests' own."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import sqlalchemy as sa


def find_postgres() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


class Cluster:
    """A PostgreSQL server of the test's own, in a temporary folder, not run as root."""

    def __init__(self, folder: Path, programs: Path):
        self.folder, self.programs = folder, programs
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.user = {}
        if os.geteuid() == 0:
            self.user = {"user": "nobody", "group": "nogroup", "extra_groups": []}
            shutil.chown(folder, "nobody", "nogroup")
        self._run("initdb", "-D", "data", "-U", "desk", "-A", "trust", "--no-sync", "-E", "UTF8")
        self.start()
        self.url = f"postgresql+psycopg://desk@127.0.0.1:{self.port}/postgres"

    def _run(self, name: str, *options: str) -> None:
        done = subprocess.run(
            [self.programs / name, *options], cwd=self.folder, capture_output=True, text=True,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.folder)}, **self.user,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        given = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -F"
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", given, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", "data", "-m", mode, "-w", "stop")

    def make_database(self) -> str:
        """Return the address of a new, empty database."""
        name = f"d{time.monotonic_ns()}"
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url.replace("/postgres", f"/{name}")
