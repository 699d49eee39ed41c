"""Measurements: ours and its alternatives side by side, each in a process of its own."""
