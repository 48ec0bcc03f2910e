"""Workbench for supervising court enforcement: the record against the law.

Rooms, in the order in which they may import each other: ``record`` (what the courts' systems
say), ``law`` (dated rules and obligations), ``campaign`` and ``petitions``, ``inspection`` (risk
and the draw), ``report``, ``rounds``, ``desk``, and ``cli`` on top.
"""

import sys

# Where JupyterLab brought `rfc3987-syntax` along, jsonschema (under altair and nbformat) builds 38
# grammars to check international addresses: 1.5 s of each process, for what nothing here holds.
# None is Python's own word for a module that is not to be imported.
sys.modules.setdefault("rfc3987_syntax", None)

__version__ = "0.1.0"
