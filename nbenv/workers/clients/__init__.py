"""Programs that hand rows to a cluster, in a Python with its engine, and the one for a row."""
