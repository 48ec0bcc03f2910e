"""Petitions against the record: read, link, check claim by claim, route, follow up.

Start with :func:`read_petition` for one text and :func:`check_petitions` for a snapshot. What is
said here about anybody is a lead for a person, never a verdict.
"""

from audit_lib.petitions.checking import CHECK_COLUMNS, check_petitions
from audit_lib.petitions.followup import build_flows, build_followup
from audit_lib.petitions.handling import check_handling
from audit_lib.petitions.linking import link_petitions
from audit_lib.petitions.reading import Petition, read_petition
from audit_lib.petitions.routes import choose_route, find_remedy

__all__ = [
    "CHECK_COLUMNS",
    "Petition",
    "build_flows",
    "build_followup",
    "check_handling",
    "check_petitions",
    "choose_route",
    "find_remedy",
    "link_petitions",
    "read_petition",
]
