"""Workbench for supervising court enforcement: the record against the law.

Rooms, in the order in which they may import each other: ``record`` (what the courts' systems
say), ``law`` (dated rules and obligations), ``campaign`` and ``petitions``, ``inspection`` (risk
and the draw), ``report``, ``rounds``, ``desk``, and ``cli`` on top.
"""

__version__ = "0.1.0"
