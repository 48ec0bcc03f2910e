import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import papermill
import pytest
import small_round

from audit_lib.errors import BadParameterFile
from audit_lib.rounds import kernels
from audit_lib.rounds.kernels import forking_available, wait_until
from audit_lib.rounds.notebooks import execute_notebook
from audit_lib.rounds.settings import load_settings
from audit_lib.rounds.warm_process import WarmProcess, warm_process

needs_fork = pytest.mark.skipif(not forking_available(), reason="there is no forking here")
LIMITS = load_settings().units
SIMPLE = 'court: str = "x"  # 法院'


def run(folder: Path, *cells: str, limits=LIMITS):
    path = small_round.write_notebook(folder / "n.ipynb", *cells, parameters=SIMPLE)
    return execute_notebook(path, {"court": "鲁0902"}, folder, limits)


def printed(execution) -> str:
    outputs = [o for c in execution.notebook.cells for o in c.get("outputs", [])]
    return "".join(o.get("text", "") for o in outputs)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@needs_fork
def test_a_kernel_starts_with_the_imports_done(tmp_path):
    found = run(tmp_path, "import sys; print('pandas' in sys.modules, __name__, court)")
    assert printed(found) == "True __main__ 鲁0902\n"


@needs_fork
def test_a_kernel_has_its_pictures_drawn_by_the_process_that_waits_for_it(tmp_path):
    asked = """import os
from audit_lib.report.drawing import _ask
bars = {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
import json, sys
print(_ask(os.environ["AUDIT_DRAWINGS"], json.dumps(bars))[:4], "vl_convert" in sys.modules)"""
    assert printed(run(tmp_path, asked)) == "<svg False\n"


def test_the_state_of_one_notebook_cannot_reach_another(tmp_path):
    first = "import os, pandas, builtins; pandas.left = builtins.left = 1; os.environ['LEFT'] = '1'"
    assert run(tmp_path, first + "; os.chdir('/'); secret = 5").error is None
    second = (
        "import os, pandas, builtins; print(hasattr(pandas, 'left'), hasattr(builtins, 'left'),"
    )
    second += " 'LEFT' in os.environ, 'secret' in globals(), os.getcwd() == '/')"
    assert printed(run(tmp_path, second)) == "False False False False False\n"


@needs_fork
def test_a_kernel_is_bounded_in_memory(tmp_path):
    found = run(tmp_path, "x = bytearray(20_000_000_000)")
    assert found.error.startswith("MemoryError") and not found.dead


def test_a_cell_that_runs_too_long_is_ended(tmp_path):
    short = LIMITS.model_copy(update={"cell_seconds": 1})
    found = run(
        tmp_path, "import os, time; print(os.getpid(), flush=True); time.sleep(60)", limits=short
    )
    assert "1 seconds" in found.error and found.dead


def test_a_notebook_that_runs_too_long_is_ended(tmp_path):
    short = LIMITS.model_copy(update={"unit_seconds": 4})
    found = run(tmp_path, "import time; time.sleep(60)", limits=short)
    assert found.dead and found.cell == 3


@needs_fork
def test_a_kernel_and_what_it_started_are_gone_afterwards(tmp_path):
    cell = "import os, subprocess; p = subprocess.Popen(['sleep', '99']); print(os.getpid(), p.pid)"
    pids = [int(word) for word in printed(run(tmp_path, cell)).split()]
    assert wait_until(lambda: not any(map(alive, pids)), 5)


@needs_fork
def test_a_crashed_warm_process_is_started_again(tmp_path):
    before = warm_process().check()
    os.kill(before, signal.SIGKILL)
    assert printed(run(tmp_path, "print(1)")) == "1\n"
    assert warm_process().check() != before


@needs_fork
def test_a_dead_owner_leaves_no_process_and_no_folder(tmp_path):
    program = (
        "import time\nfrom audit_lib.rounds.warm_process import *\nw = warm_process()\n"
        "w.start()\nprint(w.address, w.check(), flush=True)\ntime.sleep(60)"
    )
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    owner = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=env)
    address, pid = owner.stdout.readline().split()
    owner.kill()
    owner.communicate()
    gone = lambda: not alive(int(pid)) and not Path(address.decode()).parent.exists()  # noqa: E731
    assert wait_until(gone, 10)


@needs_fork
def test_a_module_that_cannot_be_imported_names_the_parameter():
    wrong = load_settings().kernels.model_copy(update={"preload": ("no_such_module",)})
    warm = WarmProcess(wrong)
    try:
        with pytest.raises(BadParameterFile, match="no_such_module"):
            warm.check()
    finally:
        warm.close()


def test_an_ordinary_kernel_serves_where_there_is_no_forking(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIT_KERNELS", "ordinary")
    assert printed(run(tmp_path, "print(court)")) == "鲁0902\n"


@needs_fork
def test_plain_papermill_can_use_the_kernel_over_an_encrypted_port(tmp_path, monkeypatch):
    kernels.install_kernelspec(tmp_path / "prefix")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "prefix" / "share" / "jupyter"))
    kernels.register_provisioner()
    cell = "import json, ipykernel; info = json.load(open(ipykernel.get_connection_file()))\n"
    cell += "print(info['transport'], 'curve_publickey' in info)"
    path = small_round.write_notebook(tmp_path / "n.ipynb", cell, parameters=SIMPLE)
    done = papermill.execute_notebook(
        path, tmp_path / "o.ipynb", kernel_name="audit-fork", progress_bar=False
    )
    assert done.cells[-1].outputs[0].text == "tcp True\n"


@needs_fork
def test_a_kernel_is_ready_in_much_less_time_than_its_imports_take(tmp_path):
    run(tmp_path, "1")
    started = time.perf_counter()
    found = run(tmp_path, "import altair, pandas")
    assert found.error is None and time.perf_counter() - started < 60
