"""Word the failures of the installer for people: what failed, why, and what to do next."""
