"""Room ``rounds``."""
