"""What all tests share: where the real data lies, and a loud word where it does not."""

import gc
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# A process of tests holds hundreds of thousands of objects of its libraries; to look through them
# for garbage as often as Python does by itself was a twelfth of all work.
gc.set_threshold(20_000, 20, 50)


def pytest_collection_finish():
    """Count what was imported and collected as no garbage."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    """Let the end of the process free what was frozen; else libraries complain of leaks."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data, which is not part of the repository."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the real data of ../shared/data is not beside this checkout")
    return SHARED / "data"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail what would be skipped where everything is there (``AUDIT_NO_SKIPS=1``, as in CI)."""
    report = yield
    if (
        report.skipped
        and os.environ.get("AUDIT_NO_SKIPS") == "1"
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped, and nothing may skip here: {report.longrepr}"
    return report
