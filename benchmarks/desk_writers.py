"""Many inspectors saving at once, with a writer and the server killed in between.

    python benchmarks/desk_writers.py [--writers 20] [--each 50] [--database sqlite|postgresql]

Starts the writers as processes of their own, kills one of them with no word, kills the server
(PostgreSQL: ``pg_ctl stop -m immediate``) and starts it again; the killed writer's work is given
again from its beginning, as a person would press the button again. Then the store is counted and
its history proved. PostgreSQL is a server of its own in a temporary folder.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "desk")]


def main() -> None:
    from postgres_server import Cluster, find_postgres
    from writers import start_writer

    from audit_lib.desk import Store

    given = argparse.ArgumentParser()
    given.add_argument("--writers", type=int, default=20)
    given.add_argument("--each", type=int, default=50)
    given.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    options = given.parse_args()
    with tempfile.TemporaryDirectory(prefix="desk-writers-") as folder:
        Path(folder).chmod(0o755)
        cluster = None
        if options.database == "postgresql":
            home = Path(folder) / "pg"
            home.mkdir(mode=0o755)
            cluster = Cluster(home, find_postgres())
            url = cluster.make_database()
        else:
            url = f"sqlite:///{folder}/decisions.sqlite"
        Store(url).close()
        began = time.perf_counter()
        ranges = {
            f"督查员{n}": (n * options.each, (n + 1) * options.each) for n in range(options.writers)
        }
        writers = {name: start_writer(url, name, *part) for name, part in ranges.items()}
        victim = "督查员1"
        for _ in range(options.each // 3):
            writers[victim].stdout.readline()
        writers[victim].kill()
        if cluster is not None:
            cluster.stop("immediate")
            time.sleep(2)
            cluster.start()
        writers["again"] = start_writer(url, victim, *ranges[victim])
        failed = []
        for name, writer in writers.items():
            said = writer.communicate()
            if name != victim and writer.returncode:
                failed.append((name, said[1][-300:]))
        spent = time.perf_counter() - began
        store = Store(url)
        entries = store.entries("2016-12")
        wanted = options.writers * options.each
        print(f"{options.database}: {options.writers} writers, {spent:.1f} s on the wall")
        print(f"  wanted {wanted}, found {len(entries)}, "
              f"different cases {len({e.case_no for e in entries})}")  # fmt: skip
        print(f"  faults of the history: {store.verify()}, writers that failed: {failed}")
        store.close()
        if cluster is not None:
            cluster.stop()


if __name__ == "__main__":
    main()
