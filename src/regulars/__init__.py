"""Regulars · 回头客: a customer-growth system that proves what it does."""

__version__ = "0.1.0"
