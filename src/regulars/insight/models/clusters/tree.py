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

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from regulars.insight.evaluation.probabilities import wilson

DEPTH, LEAVES, FOLDS = 3, 8, 5
SMALLEST_LEAF = 0.01
LEARNED_ON = 20_000
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
    smallest = max(5, round(SMALLEST_LEAF * len(truth)))
    # Every cluster counts alike, or the small ones would get no answer of their own.
    learned = DecisionTreeClassifier(
        max_depth=DEPTH,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=smallest,
        class_weight="balanced",
        random_state=seed,
    ).fit(matrix, truth)
    grown = learned.tree_
    nodes: list[Node] = []

    def add(place: int, rows: np.ndarray) -> int:
        here = len(nodes)
        nodes.append(_answer(truth, rows))
        if grown.children_left[place] < 0:
            return here
        column, exact = grown.feature[place], float(grown.threshold[place])
        threshold = _sayable(matrix[rows, column], exact)
        above = matrix[rows, column] > threshold
        if above.all() or not above.any():
            return here
        below_at = add(grown.children_left[place], rows[~above])
        above_at = add(grown.children_right[place], rows[above])
        if _same_answer(nodes[below_at], nodes[above_at]):
            del nodes[below_at:]
            return here
        nodes[here] = replace(
            nodes[here],
            feature=features[column],
            threshold=threshold,
            below=below_at,
            above=above_at,
        )
        return here

    add(0, np.arange(len(truth)))
    return tuple(nodes)


def _sayable(values: np.ndarray, exact: float) -> float:
    """The rounded threshold, unless it would put everybody on one side."""
    rounded = spoken(exact)
    above = int((values > rounded).sum())
    return rounded if 0 < above < len(values) else exact


def _same_answer(one: Node, other: Node) -> bool:
    """Two answers that agree make the question before them idle."""
    return one.feature is None and other.feature is None and one.cluster == other.cluster


def _answer(truth: np.ndarray, rows: np.ndarray) -> Node:
    numbers, counts = np.unique(truth[rows], return_counts=True)
    best = int(counts.argmax())
    return Node(int(numbers[best]), len(rows), round(float(counts[best] / len(rows)), 4))
