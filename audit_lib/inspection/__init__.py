"""Room ``inspection``."""
