"""Room ``desk``."""
