"""Kernels: the launcher that becomes one, the holding kernel, and what runs in the guest."""
