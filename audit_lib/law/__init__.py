"""Room ``law``."""
