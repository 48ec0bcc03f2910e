"""Room ``petitions``."""
