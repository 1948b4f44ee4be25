"""The Jupyter Server extension: it records environments at saves, and serves the REST API."""
