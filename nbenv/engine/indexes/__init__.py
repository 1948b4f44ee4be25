"""Indexes that a command asks for, and what each of them serves."""
