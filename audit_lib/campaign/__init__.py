"""The campaign of the notice 泰中法办〔2016〕35号: three clean-ups, monthly returns, stages.

Takes a snapshot and a day; gives the categories of the cases, progress against the targets, the
returns checked against the record, the pace, and proposals on which a person decides.
"""

from importlib import import_module

_HOMES = {
    "marks": ["CaseMark", "mark_table", "read_marks"],
    "livelihood": ["livelihood_kind", "read_cause"],
    "organs": ["debtor_organ", "read_organ"],
    "categories": ["categorise_cases", "compare_marks", "read_spans"],
    "progress": ["build_progress", "build_series"],
    "returns": ["check_returns"],
    "pace": ["build_trend", "forecast_clearance"],
    "funds": ["build_aid", "build_funds", "summarise_funds"],
    "teams": ["build_teams", "find_one_hand"],
    "plans": ["CourtPlan", "build_plans"],
    "selective": ["build_selective"],
    "interviews": ["propose_interviews"],
    "circular": ["build_bulletin_cases", "build_bulletin_figures", "build_circular"],
    "form": ["write_return_form", "write_return_forms"],
    "workbook": ["ReturnBook", "read_return_workbook", "read_return_workbooks"],
    "history": ["build_ages", "build_flow", "build_months", "build_promises"],
    "pictures": ["draw_ages", "draw_circular", "draw_flow", "draw_progress", "draw_promises"],
    "tables": ["build_campaign_tables"],
    "settings": ["load_campaign"],
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    """Import a part when it is first asked for: reading a name needs no pandas."""
    if name in _HOME:
        return getattr(import_module(f"audit_lib.campaign.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
