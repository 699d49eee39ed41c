"""Segments by data: customers grouped by how they buy, named, said in words, followed over time."""

from regulars.insight.models.clusters.model import FEATURES, Clusters, fit

__all__ = ["FEATURES", "Clusters", "fit"]
