"""What can be done in a checkout: ``python3 tasks.py TASK``. Needs Python 3.11 and nothing else.

The first run makes ``.venv/`` from ``requirements.lock``; later runs find it ready.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
AUDIT = BIN / ("audit.exe" if WINDOWS else "audit")
DAY = "2016-12-28"


def run(*command, check=True, **options) -> int:
    """Run a command at the top of the checkout; stop at the first that fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, **options)
    if check and done.returncode:
        sys.exit(done.returncode)
    return done.returncode


def setup() -> None:
    """Make the environment, unless it already is what requirements.lock says."""
    if sys.version_info < (3, 11):  # noqa: UP036, said to those with an older one
        sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])
    parts = [ROOT / "requirements.lock", ROOT / "pyproject.toml"]
    wanted = hashlib.sha256(b"".join(p.read_bytes() for p in parts) + str(ROOT).encode())
    stamp = VENV / ".made-from"
    if stamp.exists() and stamp.read_text() == wanted.hexdigest() and PYTHON.exists():
        return
    print("Setting up .venv (once) …", flush=True)
    lock = ROOT / "requirements.lock"
    if shutil.which("uv"):
        run("uv", "venv", "-q", "--clear", "--python", sys.executable, VENV)
        install = ("uv", "pip", "install", "-q", "--python", PYTHON)
    else:
        run(sys.executable, "-m", "venv", "--clear", "--without-pip", VENV)
        install = (
            sys.executable, "-m", "pip", "--python", PYTHON, "install", "-q",
            "--disable-pip-version-check",
        )  # fmt: skip
    run(*install, "-r", lock)
    run(*install, "--no-deps", "--no-build-isolation", "-e", ROOT)
    stamp.write_text(wanted.hexdigest())


def audit() -> None:
    """Make the sample, read it in, run round 2016-12 over its eight courts."""
    setup()
    received = ROOT / "data" / "received" / DAY
    record = ROOT / "data" / "record" / DAY
    rounds = ROOT / "data" / "rounds"
    if not received.exists():
        run(AUDIT, "sample", "--out", received, "--day", DAY, "--cases", "240")
    if not record.exists():
        run(AUDIT, "ingest", received, "--snapshot", record, "--day", DAY)
    code = run(
        AUDIT, "round", ROOT / "parameters" / "rounds" / "2016-12.yaml", "--snapshot", record,
        "--out", rounds, check=False,
    )  # fmt: skip
    print(f"\nOpen {rounds / '2016-12' / 'index.html'}")
    sys.exit(code)


def lint() -> None:
    """Check style, format and the direction of imports."""
    setup()
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")
    run(BIN / "lint-imports", env={**os.environ, "PYTHONPATH": str(ROOT)})


def test() -> None:
    """Run everything that CI runs: style, import contracts, tests, doctests, notebooks."""
    lint()
    workers = (
        [] if "-n" in sys.argv else ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
    )
    run(PYTHON, "-m", "pytest", *workers, *sys.argv[2:])
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    if notebooks:
        run(PYTHON, "-m", "audit_lib.rounds.committed", "record")
        run(
            PYTHON, "-m", "pytest", "--nbval", "--nbval-sanitize-with", "tests/sanitize.cfg",
            "-p", "no:cacheprovider", "--override-ini", "addopts=-q", "-n", "2", "--dist",
            "loadfile", *notebooks,
        )  # fmt: skip


def notebooks() -> None:
    """Run every committed notebook on the sample and store its outputs."""
    setup()
    run(PYTHON, "-m", "audit_lib.rounds.committed")


def bench() -> None:
    """Run the benchmarks at small size; each prints ratios against its own reference."""
    setup()
    for script in sorted((ROOT / "benchmarks").glob("*.py")):
        print(f"\n== {script.name}", flush=True)
        run(PYTHON, script, check=False)


def desk() -> None:
    """Open the inspection desk in JupyterLab."""
    setup()
    run(AUDIT, "desk", *sys.argv[2:])


TASKS = {f.__name__: f for f in (audit, test, lint, notebooks, bench, desk, setup)}


def main() -> None:
    """Run the task that was named, or say which there are."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in TASKS:
        print("python3 tasks.py TASK\n")
        for task in TASKS.values():
            print(f"  {task.__name__:<10} {task.__doc__.splitlines()[0]}")
        sys.exit(0 if name in ("", "help", "-h", "--help") else 2)
    TASKS[name]()


if __name__ == "__main__":
    main()
