"""Settings of this machine that hold for whatever nbenv installs on it."""
