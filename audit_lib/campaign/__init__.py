"""Room ``campaign``."""
