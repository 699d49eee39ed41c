"""Segments by data: customers grouped by how they buy, named, said in words, followed over time."""

from regulars.insight.models.clusters.inputs import FEATURES
from regulars.insight.models.clusters.model import Clusters, fit

__all__ = ["FEATURES", "Clusters", "fit"]
