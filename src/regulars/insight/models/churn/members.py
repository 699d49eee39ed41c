"""The members together: what each says of a case, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from regulars.insight.models.churn import logistic, process, trees
from regulars.insight.models.churn.columns import STATISTIC, Floats, matrix, telling
from regulars.insight.models.churn.logistic import Logistic
from regulars.insight.models.clv.likelihood import FamilyFit

NAMES = ("process", "logistic", "trees")


@dataclass(frozen=True)
class Members:
    """Fitted members. ``columns`` are those that the logistic regression and the trees look at.

    ``trees`` is empty with too few cases or without LightGBM; ``usual_process`` is the mean
    log-odds of the process over the cases learned from, around which its contribution is told.
    """

    columns: tuple[str, ...]
    process: FamilyFit
    usual_process: float
    logistic: Logistic
    trees: str | None

    @property
    def names(self) -> tuple[str, ...]:
        return NAMES if self.trees else NAMES[:2]

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns a case must have to be scored."""
        own = [name for name in self.columns if name != STATISTIC]
        return tuple(dict.fromkeys([*process.NEEDED, *own]))

    def log_odds(self, columns: Mapping[str, Floats]) -> Floats:
        """One column per member."""
        values, by_process = self._values(columns)
        told = [by_process, self.logistic.log_odds(values)]
        if self.trees:
            told.append(trees.log_odds(self.trees, values))
        return np.column_stack(told)

    def parts(self, columns: Mapping[str, Floats], weights: Floats) -> Floats:
        """Contribution of each of ``columns`` to the weighted log-odds; rows are cases.

        The last column is that of the process as a member.
        """
        values, by_process = self._values(columns)
        told = weights[1] * self.logistic.parts(values)
        if self.trees:
            told = told + weights[2] * trees.parts(self.trees, values)[:, :-1]
        return np.column_stack([told, weights[0] * (by_process - self.usual_process)])

    def _values(self, columns: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        by_process = _log_odds(process.no_purchase(self.process, columns))
        return matrix({**columns, STATISTIC: by_process}, self.columns), by_process


def learn(
    columns: Mapping[str, Floats],
    outcome: Floats,
    latest: Floats,
    seed: int,
    *,
    grown: bool = True,
) -> Members:
    """All members from one row per case, ``latest`` marking the cases of the latest date.

    The process is fitted on those alone: it describes customers as they stand on one date.
    ``grown=False`` leaves the trees out, as when nothing is known of how well they do.
    """
    own = {name: values[latest > 0] for name, values in columns.items() if name in process.NEEDED}
    fitted = process.learn(own)
    by_process = _log_odds(process.no_purchase(fitted, columns))
    known = {**columns, STATISTIC: by_process}
    names = telling(known)
    values = matrix(known, names)
    return Members(
        columns=names,
        process=fitted,
        usual_process=float(by_process.mean()),
        logistic=logistic.learn(values, outcome),
        trees=trees.learn(values, outcome, seed) if grown else None,
    )


def _log_odds(p: Floats) -> Floats:
    return np.asarray(np.log(p) - np.log1p(-p))
