"""Room ``inspection``: in what order to look, which cases to draw, what the results teach.

Takes the record as of a day, the findings of law, silence, petitions' claims and categories;
gives a score with reasons that add up, a draw that anyone can repeat, rates with exact bounds,
and, from inspections made earlier, a model that is used only where it is measurably better.
Reads ``parameters/risk.yaml`` and the round's file.
"""

from importlib import import_module

from audit_lib.inspection.draw import Draw, plan_draw, select_cases
from audit_lib.inspection.features import build_features
from audit_lib.inspection.lots import draw_random
from audit_lib.inspection.outcomes import check_rectification, label_cases, read_outcomes
from audit_lib.inspection.replay import verify_draw, why_not
from audit_lib.inspection.roundfile import Inspector, Interview, Round, load_round
from audit_lib.inspection.scoring import explain_score, score_cases, score_features
from audit_lib.inspection.settings import Risk, load_risk

# These need scipy, scikit-learn and skops, which reading a round or scoring by the card does not.
_LATER = {
    "BadModelFile": "model",
    "RiskModel": "model",
    "bound_count": "bounds",
    "bound_rate": "bounds",
    "compare_orders": "evaluate",
    "Judged": "judged",
    "check_derived": "judged",
    "derive_events": "judged",
    "draw_round": "judged",
    "estimate_rates": "estimate",
    "join_findings": "judged",
    "judge_record": "judged",
    "load_model": "model",
    "measure_lift": "estimate",
    "plan_round": "judged",
    "plan_sizes": "bounds",
    "sample_size": "bounds",
    "simple_orders": "evaluate",
    "score_record": "judged",
    "trace_yield": "estimate",
    "train_model": "training",
}

__all__ = [
    "BadModelFile",
    "Draw",
    "Inspector",
    "Interview",
    "Judged",
    "Risk",
    "RiskModel",
    "Round",
    "bound_count",
    "bound_rate",
    "build_features",
    "check_derived",
    "check_rectification",
    "compare_orders",
    "derive_events",
    "draw_random",
    "draw_round",
    "estimate_rates",
    "explain_score",
    "join_findings",
    "judge_record",
    "label_cases",
    "load_model",
    "load_risk",
    "load_round",
    "measure_lift",
    "plan_draw",
    "plan_round",
    "plan_sizes",
    "read_outcomes",
    "sample_size",
    "score_cases",
    "score_features",
    "score_record",
    "select_cases",
    "simple_orders",
    "trace_yield",
    "train_model",
    "verify_draw",
    "why_not",
]


def __getattr__(name: str):
    if name in _LATER:
        return getattr(import_module(f"audit_lib.inspection.{_LATER[name]}"), name)
    raise AttributeError(f"module `audit_lib.inspection` has no attribute `{name}`")
