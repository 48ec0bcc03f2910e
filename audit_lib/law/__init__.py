"""The law as dated data, and the record held against it.

``load_rules`` reads the catalogue, ``check_snapshot`` judges a record by it. The engine behind
them knows nothing of courts.
"""

from audit_lib.law.card import build_card, build_trend, forecast_terms
from audit_lib.law.check import check_snapshot, count_outcomes, judge_batches
from audit_lib.law.guard import find_suspect_rules
from audit_lib.law.loading import Pack, load_pack, load_rules
from audit_lib.law.reliability import check_reliability
from audit_lib.law.selective import compare_like_cases
from audit_lib.law.silence import load_acts, measure_silence
from audit_lib.law.strike import count_strike, list_resistance
from audit_lib.law.termination import list_conditions

__all__ = [
    "Pack",
    "build_card",
    "build_trend",
    "check_reliability",
    "check_snapshot",
    "compare_like_cases",
    "count_outcomes",
    "count_strike",
    "find_suspect_rules",
    "forecast_terms",
    "judge_batches",
    "list_conditions",
    "list_resistance",
    "load_acts",
    "load_pack",
    "load_rules",
    "measure_silence",
]
