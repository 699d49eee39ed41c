"""A shallow decision tree that says in words who is in which cluster, and how often it is right.

The tree asks for plain values ("bought in the last 20 days?"), at most three questions deep.
Its thresholds are rounded to two digits so that people can say them, and its accuracy is that of
the rounded tree on customers it has not seen (five-fold cross-validation). Breiman et al. (1984),
Classification and Regression Trees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from regulars.insight.evaluation.probabilities import wilson

DEPTH, FOLDS = 3, 5
SMALLEST_LEAF = 0.01
LEARNED_ON = 10_000
LEVEL = 0.8


@dataclass(frozen=True)
class Node:
    """A question (``feature`` above ``threshold``? then ``above``, else ``below``) or, without a
    feature, an answer. ``cluster`` is the most frequent among its ``n`` customers, ``right`` its
    share of them.
    """

    cluster: int
    n: int
    right: float
    feature: str | None = None
    threshold: float | None = None
    below: int | None = None
    above: int | None = None


@dataclass(frozen=True)
class Tree:
    """``nodes[0]`` is asked first. ``accuracy`` on unseen customers with its interval; ``base``
    is the share of the largest cluster, what guessing would get; ``found`` how much of each
    cluster, by number, the tree finds.
    """

    nodes: tuple[Node, ...]
    accuracy: float
    low: float
    high: float
    level: float
    n: int
    base: float
    found: tuple[tuple[int, float], ...]

    def answers(self, columns: dict[str, np.ndarray]) -> np.ndarray:
        """The cluster of every customer by the tree."""
        return answered(self.nodes, columns)


def fit_tree(
    columns: dict[str, np.ndarray], features: Sequence[str], clusters: np.ndarray, seed: int
) -> Tree:
    """The tree for clusters given by number; ``columns`` hold plain values, none unknown."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(clusters))[:LEARNED_ON]
    matrix = np.column_stack([columns[name] for name in features])[order]
    truth = clusters[order]
    guessed = np.zeros(len(truth), dtype=int)
    for fold in range(FOLDS):
        held = np.arange(len(truth)) % FOLDS == fold
        nodes = _grown(matrix[~held], truth[~held], features, seed)
        guessed[held] = answered(nodes, dict(zip(features, matrix[held].T, strict=True)))
    right = guessed == truth
    accuracy = float(right.mean())
    low, high = wilson(accuracy, len(truth), LEVEL)
    numbers, counts = np.unique(truth, return_counts=True)
    return Tree(
        nodes=_grown(matrix, truth, features, seed),
        accuracy=accuracy,
        low=low,
        high=high,
        level=LEVEL,
        n=len(truth),
        base=float(counts.max() / len(truth)),
        found=tuple((int(one), float(right[truth == one].mean())) for one in numbers),
    )


def answered(nodes: Sequence[Node], columns: dict[str, np.ndarray]) -> np.ndarray:
    """The cluster each customer ends in."""
    size = len(next(iter(columns.values())))
    found = np.zeros(size, dtype=int)

    def follow(place: int, rows: np.ndarray) -> None:
        node = nodes[place]
        if node.feature is None or node.below is None or node.above is None:
            found[rows] = node.cluster
            return
        above = columns[node.feature][rows] > node.threshold
        follow(node.below, rows[~above])
        follow(node.above, rows[above])

    follow(0, np.arange(size))
    return found


def spoken(threshold: float) -> float:
    """A threshold as people say it: two digits."""
    if threshold == 0:
        return 0.0
    digits = 1 - floor(log10(abs(threshold)))
    return round(threshold, digits)


def _grown(
    matrix: np.ndarray, truth: np.ndarray, features: Sequence[str], seed: int
) -> tuple[Node, ...]:
    """The best of the trees that begin with each feature: the greedy first question is often not
    the one that leaves room for every cluster. Best finds the most of each cluster on average.
    """
    numbers, place, counts = np.unique(truth, return_inverse=True, return_counts=True)
    grower = _Grower(matrix, truth, features, (1 / counts)[place], seed)
    grown = [grower.rooted(column) for column in range(matrix.shape[1])]
    columns = dict(zip(features, matrix.T, strict=True))

    def found(nodes: Sequence[Node]) -> float:
        right = answered(nodes, columns) == truth
        return float(np.mean([right[truth == one].mean() for one in numbers]))

    best = max(grown, key=found)
    return tuple(best)


@dataclass(frozen=True)
class _Grower:
    """Grows trees over the rows of ``matrix``; ``weights`` let every cluster count alike."""

    matrix: np.ndarray
    truth: np.ndarray
    features: Sequence[str]
    weights: np.ndarray
    seed: int

    def rooted(self, column: int) -> list[Node]:
        """A tree whose first question is about one column."""
        everybody = np.arange(len(self.truth))
        stump = self._fit(everybody, [column], 1)
        if stump.children_left[0] < 0:
            return [_answer(self.truth, everybody)]
        return self._asked(everybody, column, float(stump.threshold[0]), DEPTH - 1)

    def _asked(self, rows: np.ndarray, column: int, exact: float, deeper: int) -> list[Node]:
        """A question, and what greedily follows on both sides."""
        here = _answer(self.truth, rows)
        values = self.matrix[rows, column]
        threshold = _sayable(values, exact)
        above = values > threshold
        if above.all() or not above.any():
            return [here]
        sides = [self._followed(rows[side], deeper) for side in (~above, above)]
        if all(len(side) == 1 for side in sides) and sides[0][0].cluster == sides[1][0].cluster:
            return [here]
        at = (1, 1 + len(sides[0]))
        name = self.features[column]
        asked = replace(here, feature=name, threshold=threshold, below=at[0], above=at[1])
        moved = [_moved(node, by) for side, by in zip(sides, at, strict=True) for node in side]
        return [asked, *moved]

    def _followed(self, rows: np.ndarray, deeper: int) -> list[Node]:
        every = list(range(self.matrix.shape[1]))
        learned = self._fit(rows, every, 1) if deeper else None
        if learned is None or learned.children_left[0] < 0:
            return [_answer(self.truth, rows)]
        return self._asked(rows, learned.feature[0], float(learned.threshold[0]), deeper - 1)

    def _fit(self, rows: np.ndarray, columns: list[int], depth: int) -> Any:
        smallest = max(5, round(SMALLEST_LEAF * len(self.truth)))
        learned = DecisionTreeClassifier(
            max_depth=depth, min_samples_leaf=smallest, random_state=self.seed
        )
        here = self.matrix[rows][:, columns]
        return learned.fit(here, self.truth[rows], sample_weight=self.weights[rows]).tree_


def _moved(node: Node, by: int) -> Node:
    if node.below is None or node.above is None:
        return node
    return replace(node, below=node.below + by, above=node.above + by)


def _sayable(values: np.ndarray, exact: float) -> float:
    """The rounded threshold, unless it would put everybody on one side."""
    rounded = spoken(exact)
    above = int((values > rounded).sum())
    return rounded if 0 < above < len(values) else exact


def _answer(truth: np.ndarray, rows: np.ndarray) -> Node:
    numbers, counts = np.unique(truth[rows], return_counts=True)
    best = int(counts.argmax())
    return Node(int(numbers[best]), len(rows), round(float(counts[best] / len(rows)), 4))
