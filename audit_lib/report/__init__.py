"""Room ``report``: what lies on the table of an inspector, a court, a leader, the public.

Takes one court's tables of a round, gives its report, its interview dossier, its spreadsheet;
over all courts the overview, the circular and the bulletin. Nothing is computed here that is
not counted from those tables; nothing is shown that the audience may not see. Reads
``parameters/report.yaml``, ``parameters/audiences.yaml`` and the ``report_…`` groups of
``parameters/labels.yaml``.
"""

from audit_lib.report.area import CourtSummary, summarise_court
from audit_lib.report.circular import bulletin, circular
from audit_lib.report.court import Report, court_report
from audit_lib.report.courttables import CourtTables, load_court
from audit_lib.report.document import OfficialDocument
from audit_lib.report.dossier import dossier
from audit_lib.report.model_review import model_report
from audit_lib.report.overview import overview_report
from audit_lib.report.page import export_html, page_html, template_folder
from audit_lib.report.redact import mask_tables, redact_tables
from audit_lib.report.workbook import write_overview_workbook, write_workbook

__all__ = [
    "CourtSummary",
    "CourtTables",
    "OfficialDocument",
    "Report",
    "bulletin",
    "circular",
    "court_report",
    "dossier",
    "export_html",
    "load_court",
    "mask_tables",
    "model_report",
    "overview_report",
    "page_html",
    "redact_tables",
    "summarise_court",
    "template_folder",
    "write_overview_workbook",
    "write_workbook",
]
