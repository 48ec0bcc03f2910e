"""The law as dated data, and the record held against it.

``load_rules`` reads the catalogue, ``check_snapshot`` judges a record by it. The engine behind
them knows nothing of courts.
"""

from audit_lib.law.check import check_snapshot, count_outcomes, judge_batches
from audit_lib.law.loading import Pack, load_pack, load_rules
from audit_lib.law.silence import load_acts, measure_silence

__all__ = [
    "Pack",
    "check_snapshot",
    "count_outcomes",
    "judge_batches",
    "load_acts",
    "load_pack",
    "load_rules",
    "measure_silence",
]
