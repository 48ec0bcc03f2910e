"""What can be done in a checkout: ``python3 tasks.py TASK``. Needs Python 3.11 and nothing else.

The first run makes ``.venv/`` from ``requirements.lock``; later runs find it ready.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
AUDIT = BIN / ("audit.exe" if WINDOWS else "audit")
DAY = "2016-12-28"
WHEELS = ROOT / "wheels"
# Called by the environment's own Python, the one it was made from: that one is cleared here.
BASE = getattr(sys, "_base_executable", None) or sys.executable
PLATFORMS = {
    "manylinux_2_28_x86_64": {
        "sys_platform": "linux", "os_name": "posix", "platform_system": "Linux",
        "platform_machine": "x86_64",
    },
    "win_amd64": {
        "sys_platform": "win32", "os_name": "nt", "platform_system": "Windows",
        "platform_machine": "AMD64",
    },
}  # fmt: skip


def run(*command, check=True, **options) -> int:
    """Run a command at the top of the checkout; stop at the first that fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, **options)
    if check and done.returncode:
        sys.exit(done.returncode)
    return done.returncode


def stamp_text() -> str:
    """Return what an environment made from this checkout is stamped with."""
    parts = [ROOT / "requirements.lock", ROOT / "pyproject.toml"]
    return hashlib.sha256(b"".join(p.read_bytes() for p in parts) + str(ROOT).encode()).hexdigest()


def check_python() -> None:
    """Stop where Python is too old."""
    if sys.version_info < (3, 11):  # noqa: UP036, said to those with an older one
        sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])


def setup() -> None:
    """Make the environment, unless it already is what requirements.lock says."""
    check_python()
    stamp = VENV / ".made-from"
    if stamp.exists() and stamp.read_text() == stamp_text() and PYTHON.exists():
        return
    if WHEELS.is_dir():
        install()
        return
    print(
        "正在建立 .venv，只需一次：下载约 400 MB，需几分钟\n"
        "Setting up .venv, once: about 400 MB to fetch, some minutes …", flush=True,
    )  # fmt: skip
    lock = ROOT / "requirements.lock"
    if shutil.which("uv"):
        run("uv", "venv", "-q", "--clear", "--python", BASE, VENV)
        # As pip does by itself; else each of the many processes of a round compiles for itself.
        download = ("uv", "pip", "install", "-q", "--compile-bytecode", "--python", PYTHON)
    else:
        run(BASE, "-m", "venv", "--clear", "--without-pip", VENV)
        download = (
            BASE, "-m", "pip", "--python", PYTHON, "install", "-q",
            "--disable-pip-version-check",
        )  # fmt: skip
    if run(*download, "-r", lock, check=False):
        sys.exit(
            "\n没有装成。不能上网的电脑请用安装包，见 docs/office.zh-CN.md\n"
            "Nothing was installed. Without internet: python3 tasks.py install --from ARCHIVE"
        )
    run(*download, "--no-deps", "--no-build-isolation", "-e", ROOT)
    finish_setup()


def finish_setup() -> None:
    """Compile our own modules too, and remember what the environment was made from."""
    run(PYTHON, "-m", "compileall", "-q", ROOT / "audit_lib")
    (VENV / ".made-from").write_text(stamp_text())


def bundle() -> None:
    """Pack this checkout with every wheel it needs, for a machine without internet.

    ``--platform win_amd64`` packs for Windows desks, ``--python 3.12`` for another Python.
    """
    setup()
    if Path(sys.executable).parent != BIN:
        sys.exit(run(PYTHON, Path(__file__), *sys.argv[1:], check=False))
    from packaging.requirements import Requirement

    given = argparse.ArgumentParser(prog="tasks.py bundle")
    given.add_argument("--platform", default="manylinux_2_28_x86_64", choices=sorted(PLATFORMS))
    given.add_argument("--python", default=".".join(map(str, sys.version_info[:2])))
    given.add_argument("--out", default=str(ROOT / "dist"))
    given = given.parse_args(sys.argv[2:])
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    needed = [Requirement(line) for line in lines if line[:1].isalnum()]
    tags = ["--platform", given.platform]
    if given.platform.startswith("manylinux"):
        older = ("manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_27_x86_64")
        tags += [part for tag in older for part in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as folder:
        # The lock tells early patch releases of Python from late ones: pack for both.
        for patch in (".0", ".99"):
            facts = PLATFORMS[given.platform] | {
                "python_version": given.python, "python_full_version": given.python + patch,
            }  # fmt: skip
            run(
                find_pip(), "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
                "--disable-pip-version-check", "--python-version", given.python + patch, *tags,
                "--dest", folder, "pip",
                *(f"{r.name}{r.specifier}" for r in needed
                  if not r.marker or r.marker.evaluate(facts)),
            )  # fmt: skip
        version = next(
            line.split('"')[1]
            for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
            if line.startswith("version")
        )
        name = f"court-enforcement-audit-{version}-{given.platform}-python{given.python}"
        Path(given.out).mkdir(parents=True, exist_ok=True)
        archive = Path(given.out) / f"{name}.zip"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in listed_files():
                packed.write(ROOT / path, f"{name}/{path}")
            wheels = sorted(Path(folder).iterdir())
            for wheel in wheels:
                packed.write(wheel, f"{name}/wheels/{wheel.name}", zipfile.ZIP_STORED)
    size = archive.stat().st_size / 1e6
    print(f"{archive}: {size:.0f} MB, {len(wheels)} wheels")
    print("在目标电脑解开后执行 / Unpack it there and run: python tasks.py install")


def install() -> None:
    """Make the environment without internet, from ``wheels`` beside this file or ``--from``."""
    check_python()
    given = argparse.ArgumentParser(prog="tasks.py install")
    given.add_argument("--from", dest="source", default=str(WHEELS))
    own = sys.argv[2:] if sys.argv[1:2] == ["install"] else []
    source = Path(given.parse_args(own).source)
    with tempfile.TemporaryDirectory() as folder:
        if zipfile.is_zipfile(source):
            with zipfile.ZipFile(source) as packed:
                for entry in packed.infolist():
                    if entry.filename.endswith(".whl"):
                        wheel = Path(folder) / Path(entry.filename).name
                        wheel.write_bytes(packed.read(entry))
            source = Path(folder)
        pip = sorted(source.glob("pip-*.whl"))
        if not pip:
            sys.exit(
                f"`{source}` holds no wheels.\nName the archive that `tasks.py bundle` made "
                "(--from ARCHIVE), or run this in the folder that it unpacks to.\n"
                "没有找到安装包：用 --from 指明 bundle 生成的 zip，或在它解开的目录里执行。"
            )
        print("正在用安装包建立 .venv / Setting up .venv from wheels …", flush=True)
        run(BASE, "-m", "venv", "--clear", "--without-pip", VENV)
        command = (
            PYTHON, "-m", "pip", "install", "-q", "--no-index", "--find-links", source,
            "--disable-pip-version-check",
        )  # fmt: skip
        inside = {**os.environ, "PYTHONPATH": str(pip[-1].resolve())}
        run(*command, "-r", ROOT / "requirements.lock", env=inside)
        run(*command, "--no-deps", "--no-build-isolation", "-e", ROOT, env=inside)
    finish_setup()


def find_pip() -> Path:
    """Return a Python that has pip; the environment's own may have been made without."""
    for python in (PYTHON, Path(BASE)):
        done = subprocess.run([str(python), "-c", "import pip"], capture_output=True)
        if done.returncode == 0:
            return python
    sys.exit("pip is needed to fetch wheels; on Debian: apt-get install python3-pip")


def listed_files() -> list[str]:
    """Return the files of the checkout, as git lists them; those of a bundle as they stand."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if done.returncode == 0:
        return [p for p in done.stdout.decode().split("\0") if p and (ROOT / p).is_file()]
    made = (".venv/", "wheels/", "dist/", "data/received/", "data/record/", "data/rounds/")
    names = [p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*") if p.is_file()]
    return sorted(n for n in names if not n.startswith(made) and "__pycache__" not in n)


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
    sys.exit(code)


def style() -> None:
    """Check style and format alone."""
    setup()
    run(PYTHON, "-m", "ruff", "check", ".")
    run(PYTHON, "-m", "ruff", "format", "--check", ".")


def lint() -> None:
    """Check style, format and the direction of imports."""
    style()
    run(BIN / "lint-imports", env={**os.environ, "PYTHONPATH": str(ROOT)})


def test() -> None:
    """Run everything that CI runs: style, import contracts, tests, doctests, notebooks."""
    style()  # The import contracts are one of the tests.
    if not (ROOT / "data" / "record" / DAY).exists():
        run(PYTHON, "-m", "audit_lib.rounds.committed", "record")
    # One a core: to read the tests and their libraries costs each worker ten seconds.
    told = hasattr(os, "sched_getaffinity")
    mine = len(os.sched_getaffinity(0)) if told else os.cpu_count() or 2
    count = str(max(2, min(mine, 8)))
    workers = (
        [] if "-n" in sys.argv else ["-n", count, "--dist", "loadscope", "--no-loadscope-reorder"]
    )
    cells = ["--nbval", "--nbval-sanitize-with", "tests/sanitize.cfg"]
    run(PYTHON, "-m", "pytest", *cells, *workers, *sys.argv[2:])


def notebooks() -> None:
    """Run every committed notebook on the sample and store its outputs."""
    setup()
    run(PYTHON, "-m", "audit_lib.rounds.committed")


def bench() -> None:
    """Run the benchmarks at small size, then show the last figures at full size.

    Each prints ratios against its own reference. A name runs those that begin so alone; what needs
    data that stand outside the checkout and are not there is said.
    """
    setup()
    wanted = tuple(sys.argv[2:]) or ("",)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "2016-12-28"
        run(AUDIT, "ingest", ROOT / "data" / "sample", "--snapshot", record,
            stdout=subprocess.DEVNULL)  # fmt: skip
        chosen = ROOT / "parameters" / "rounds" / "2016-12.yaml"
        outside = ROOT.parent / "shared" / "data"
        small = {
            "court_area": None,  # the record that learning_rounds tells
            "desk_large": ("--cases", 1000, "--folder", Path(folder) / "desk"),
            "law_road_fines": (outside / "road_fines" / "events.parquet",),
            "learning_rounds": ("area", 800),
            "petitions_link": (5_000, 500),
            "petitions_messages": (outside / "complaints" / "messages.xlsx",),
            "rounds_kills": (record, chosen, Path(folder) / "kills", 1),
            "rounds_national": (record, chosen, Path(folder) / "national", 60),
            "rounds_throughput": (record, chosen, 2, Path(folder) / "throughput"),
            "score_national": (5,),
        }
        for script in sorted((ROOT / "benchmarks").glob("*.py")):
            given = small.get(script.stem, ())
            if given is None or not script.stem.startswith(wanted):
                continue
            print(f"\n== {script.name}", flush=True)
            if given and isinstance(given[0], Path) and not given[0].exists():
                print(f"{given[0]} is not there: nothing was measured.")
                continue
            run(PYTHON, script, *given, check=False)
    print("\n== docs/benchmarks.md, the last figures at full size\n")
    print((ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8"))


def docs() -> None:
    """Write the pages of the docs that are made from the code."""
    setup()
    for script in sorted((ROOT / "docs").rglob("*.py")):
        run(PYTHON, script)


def desk() -> None:
    """Open the inspection desk in JupyterLab."""
    setup()
    run(AUDIT, "desk", *sys.argv[2:])


JOBS = (audit, test, lint, notebooks, docs, bench, desk, setup, bundle, install)
TASKS = {job.__name__: job for job in JOBS}


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
