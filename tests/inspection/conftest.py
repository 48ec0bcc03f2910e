"""Empty tables that the tests of inspection share."""

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def no_claims():
    columns = ["petition_id", "case_no", "allegation", "verdict", "link_confidence"]
    return pd.DataFrame({name: [] for name in [*columns, "received_on"]})


@pytest.fixture(scope="session")
def no_categories():
    return pd.DataFrame({"case_no": [], "reason": []})


@pytest.fixture(scope="session")
def no_findings():
    columns = ["case_no", "rule", "theme", "outcome", "days_late", "severity"]
    return pd.DataFrame({name: [] for name in columns})
