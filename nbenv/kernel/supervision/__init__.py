"""The launcher as the parent of the kernel, where it cannot become the kernel."""
