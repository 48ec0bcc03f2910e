"""Writers as processes of their own, for tests and benchmarks of many saving at once."""

import subprocess
import sys
import textwrap

WRITER = """
    import sys
    from audit_lib.desk.store import Store, StoreUnavailable
    url, name, first, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    store = Store(url)
    body = dict(issues=["funds"], examined=["funds"], note=name, inspected_on="2016-12-29")
    print("ready", flush=True)
    for number in range(first, last):
        case_no, save_id = f"（2016）鲁0902执{number}号", f"{name}-{number}"
        for again in range(10):
            try:
                store.save("decision", "2016-12", "鲁0902", case_no, name, body, 0, save_id)
                break
            except StoreUnavailable as error:
                last = error
        else:
            raise last
        print(number, flush=True)
"""


def start_writer(url: str, name: str, first: int, last: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), url, name, str(first), str(last)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
