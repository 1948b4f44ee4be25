"""The lines of pip and uv that people write in cells."""
