"""pip as nbenv's own, in an environment and in all that its kernels start."""
