"""What the tests of the desk share: their round, their court, and what may not skip."""

import os

import pytest

ROUND = "2016-12"
COURT = "鲁0902"


def need(found, why: str):
    """Skip loudly, or fail where nothing may skip."""
    if not found:
        if os.environ.get("AUDIT_NO_SKIPS") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return found
