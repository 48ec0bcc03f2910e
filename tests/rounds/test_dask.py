"""A round over a Dask scheduler and two workers on this machine."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import small_round
from test_runs import outputs

from audit_lib.errors import BadRound
from audit_lib.rounds import verify_round
from audit_lib.rounds.ledger import read_ledger


@pytest.fixture
def scheduler(tmp_path, notebooks, parameters):
    """Start a scheduler and two workers on the loopback; yield the address."""
    from distributed import Client

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    dask = [sys.executable, "-m", "dask"]
    env = small_round.environment({"PYTHONHASHSEED": "3"})
    host = ["--host", "127.0.0.1", "--no-dashboard"]
    started = [
        subprocess.Popen(
            [*dask, "scheduler", *host, "--port", address.rsplit(":", 1)[1]],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ),
        subprocess.Popen(
            [*dask, "worker", address, *host, "--nworkers", "2", "--nthreads", "1",
             "--memory-limit", "0", "--local-directory", str(tmp_path / "dask")],
            env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ),
    ]  # fmt: skip
    try:
        with Client(address, timeout=120, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        yield address
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(60)


def kill_the_worker_of(marker: Path) -> None:
    """Kill the worker whose kernel tells of itself in a file, once."""
    while not marker.exists() or not marker.read_text().strip():
        time.sleep(0.02)
    kernel_parent = int(marker.read_text())
    os.kill(kernel_parent, signal.SIGKILL)


def test_a_worker_of_dask_is_killed_and_each_unit_is_done_once_in_effect(
    run, scheduler, notebooks, tmp_path
):
    marker = tmp_path / "marker"
    # The first kernel of all names the process that keeps its warm process: a worker of Dask.
    waiting = f"""import os, time
stat = open(f"/proc/{{os.getppid()}}/stat").read().rsplit(")", 1)[1].split()
if court == "鲁0902" and not os.path.exists({str(marker)!r}):
    open({str(marker)!r}, "w").write(stat[1])
    time.sleep(60)
"""
    small_round.write_notebook(notebooks / "court_audit.ipynb", waiting, small_round.COUNT)
    marker.write_text("0")
    whole = run(out=tmp_path / "here")
    marker.unlink()
    killer = threading.Thread(target=kill_the_worker_of, args=(marker,), daemon=True)
    killer.start()
    result = run(scheduler=scheduler)
    killer.join(1)
    assert not killer.is_alive()
    assert result.failures == [] and verify_round(result.folder) == []
    assert outputs(result.folder) == outputs(whole.folder)
    units = [e["court"] for e in read_ledger(result.folder / "log") if e["event"] == "unit"]
    assert sorted(units) == ["overview", "鲁09", "鲁0902", "鲁0911"]
    check_a_worker_with_other_parameters_is_refused(run, scheduler, tmp_path)


def check_a_worker_with_other_parameters_is_refused(run, scheduler, tmp_path):
    """Said in the same test, because starting a scheduler takes seconds."""
    folder = Path(os.environ["AUDIT_PARAMETERS"])
    more = folder / "more.yaml"
    from distributed import Client

    with Client(scheduler, set_as_default=False) as client:
        client.run(small_round.set_variable, "AUDIT_PARAMETERS", str(tmp_path / "others"))
    (tmp_path / "others").mkdir()
    for path in folder.rglob("*"):
        target = tmp_path / "others" / path.relative_to(folder)
        target.mkdir(exist_ok=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    (tmp_path / "others" / more.name).write_text("a: 1\n")
    with pytest.raises(BadRound, match=r"cannot take part.*other parameters"):
        run(scheduler=scheduler, out=tmp_path / "third")
    assert not (tmp_path / "third").exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "tcp://no-such-host:1"])
def test_a_scheduler_that_is_not_there_is_one_clear_message(run, tmp_path, address):
    with pytest.raises(BadRound, match="No Dask scheduler answers at"):
        run(scheduler=address)
    assert not (tmp_path / "out").exists()
