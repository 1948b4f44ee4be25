"""The only package that runs uv: it resolves, downloads, installs and removes."""
