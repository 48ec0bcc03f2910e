"""Room ``record``."""
