"""Runs of a notebook with parameters, one or many."""
