"""Read and write notebook files."""
