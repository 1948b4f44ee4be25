"""Parts of a sync: uv's options, its cache, other indexes; and uv's commands that only read."""
