"""In Jupyter Server: records go along when notebooks are saved, environments when renamed."""
