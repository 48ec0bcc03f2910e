"""A round killed by SIGKILL at random moments and resumed: nothing lost, nothing double.

Makes the round once undisturbed, then again and again in another folder, killed after a random
time and resumed by the same command; whenever it was whole, it is compared byte by byte with the
undisturbed one and begun anew. With a scheduler, the runner is left alone and a random worker of
Dask is killed instead.

Repeat with (a snapshot, a round's file, an empty folder, how many kills)::

    python benchmarks/rounds_kills.py SNAPSHOT ROUND.yaml FOLDER 30 [SCHEDULER]
"""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = """
import sys
from audit_lib.rounds import run_round
if __name__ == "__main__":
    run_round(sys.argv[1], sys.argv[2], sys.argv[3], workers=2, scheduler=(sys.argv + [None])[4])
"""


def outputs(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.relative_to(folder).parts[0] != "log"
    }


def kill_a_worker(address: str, chance: random.Random) -> str | None:
    """Kill one worker of Dask that is busy now; return its address."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        busy = {worker: keys for worker, keys in client.processing().items() if keys}
        if not busy:
            return None
        worker = chance.choice(sorted(busy))
        pid = client.run(os.getpid, workers=[worker], wait=True)[worker]
    os.kill(pid, signal.SIGKILL)
    return worker


def main(snapshot, round_path, folder, kills, scheduler=None):
    from audit_lib.inspection import load_round
    from audit_lib.rounds import verify_round
    from audit_lib.rounds.ledger import read_ledger

    folder, chance = Path(folder).absolute(), random.Random(20161228)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    script = folder / "go.py"
    script.write_text(PROGRAM, encoding="utf-8")
    name = load_round(round_path).name

    def command(out):
        end = [scheduler] if scheduler else []
        return [sys.executable, script, round_path, snapshot, out, *end]

    started = time.perf_counter()
    subprocess.run(command(folder / "whole")[:5], check=True)
    lasts = time.perf_counter() - started
    whole = outputs(folder / "whole" / name)
    print(f"undisturbed: {lasts:.0f} s, {len(whole)} files", flush=True)
    done = compared = 0
    out = folder / "killed"
    while done < int(kills):
        run = subprocess.Popen(command(out))
        try:
            run.wait(chance.uniform(0.2, lasts * 0.7))
        except subprocess.TimeoutExpired:
            if scheduler is None:
                run.kill()
                done += 1
            elif kill_a_worker(scheduler, chance):
                done += 1
            code = run.wait()
        else:
            code = run.returncode
        if code == 0:
            same = outputs(out / name) == whole and verify_round(out / name) == []
            units = [e for e in read_ledger(out / name / "log") if e["event"] == "unit"]
            compared += 1
            print(f"kills {done}: whole, {len(units)} units made in all, same: {same}", flush=True)
            if not same:
                sys.exit(1)
            shutil.rmtree(out)
        elif code != -signal.SIGKILL:
            sys.exit(f"a run ended with {code}")
    subprocess.run(command(out), check=True)
    same = outputs(out / name) == whole and verify_round(out / name) == []
    print(f"{done} kills, {compared + 1} rounds made whole after them, the last one same: {same}")
    shutil.rmtree(folder)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
