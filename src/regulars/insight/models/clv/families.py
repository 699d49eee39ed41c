"""Buy-till-you-die families: likelihood, chance of being alive, purchases ahead.

All take arrays over histories: ``x`` repeat purchase days, ``t_x`` time from the first to the last
purchase day, ``T`` time from the first to now, in weeks. Purchases are as far apart as an Erlang-k
variable of a customer's own rate, which varies over customers as a gamma(r, alpha); k = 1 is the
Poisson process, larger k is more regular. Customers leave for good

* CNBD: at a purchase with their own chance, beta(a, b) over customers. BG/NBD is k = 1: Fader,
  Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science 24(2). With the
  chance at the first purchase too it is MBG/NBD: Batislam, Denizel & Filiztekin (2007),
  International Journal of Research in Marketing 24(3). With k > 1 MBG/CNBD-k: Platzer & Reutterer
  (2016); Reutterer, Platzer & Schröder (2021), "Leveraging purchase regularity for predicting
  customer behavior the easy way", International Journal of Research in Marketing 38(1).
* Pareto/NBD: at a moment of its own, gamma(s, beta) over customers: Schmittlein, Morrison &
  Colombo (1987), Management Science 33(1); formulas as in Fader & Hardie (2005), "A note on
  deriving the Pareto/NBD model".
* NBD: never: Ehrenberg (1959), Applied Statistics 8(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, hyp2f1

Floats = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)


@dataclass(frozen=True)
class Histories:
    """Distinct purchase histories and how many customers have each; times in weeks.

    ``log_gaps`` is the sum of the logs of all their gaps. It moves no parameter, but without it
    likelihoods of different regularity cannot be compared.
    """

    x: Floats
    t_x: Floats
    T: Floats
    n: Floats
    log_gaps: float = 0.0

    @property
    def customers(self) -> float:
        return float(self.n.sum())


class Family(Protocol):
    """What all families offer; ``parameters`` are positive numbers in the order of ``names``."""

    @property
    def code(self) -> str: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    def starts(self, h: Histories) -> list[Floats]: ...

    def log_likelihood(self, parameters: Floats, h: Histories) -> Floats: ...

    def of_gaps(self, log_gaps: float) -> float: ...

    def alive(self, parameters: Floats, h: Histories) -> Floats: ...

    def ahead(self, parameters: Floats, h: Histories, weeks: float) -> Floats: ...


@dataclass(frozen=True)
class Cnbd:
    """BG/NBD, MBG/NBD and their regular kin.

    Args:
        k: stages between two purchases.
        at_first: whether customers may leave right after the first purchase.
    """

    code: str
    k: int = 1
    at_first: bool = True
    names: tuple[str, ...] = ("r", "alpha", "a", "b")

    def starts(self, h: Histories) -> list[Floats]:
        alpha = self.k / max(_rate(h), 1e-6)
        return [np.array([1.0, alpha, 0.5, 1.5]), np.array([0.3, 0.5 * alpha, 1.0, 6.0])]

    def _parts(self, parameters: Floats, h: Histories) -> tuple[list[Floats], Floats]:
        """Log weights of being alive in stage 0 … k − 1, and of having left; common terms off."""
        r, alpha, a, b = parameters
        shape, silent = r + self.k * h.x, h.T - h.t_x
        with np.errstate(divide="ignore"):
            log_silent, log_now = np.log(silent), np.log(alpha + h.T)
        stays = betaln(a, b + h.x + self.at_first) - betaln(a, b)
        alive = []
        for j in range(self.k):
            stage = gammaln(shape + j) - gammaln(j + 1.0) - (shape + j) * log_now
            alive.append(stays + stage + (j * log_silent if j else 0.0))
        left = betaln(a + 1.0, np.maximum(b + h.x - (not self.at_first), 1e-9)) - betaln(a, b)
        left = left + gammaln(shape) - shape * np.log(alpha + h.t_x)
        return alive, left if self.at_first else np.where(h.x > 0, left, -np.inf)

    def log_likelihood(self, parameters: Floats, h: Histories) -> Floats:
        r, alpha = parameters[:2]
        alive, left = self._parts(parameters, h)
        common = r * np.log(alpha) - gammaln(r) - h.x * gammaln(float(self.k))
        return np.asarray(common + np.logaddexp.reduce([*alive, left]))

    def of_gaps(self, log_gaps: float) -> float:
        """What the gaps themselves add to the log-likelihood of all customers."""
        return (self.k - 1) * log_gaps

    def alive(self, parameters: Floats, h: Histories) -> Floats:
        alive, left = self._parts(parameters, h)
        together = np.logaddexp.reduce(alive)
        return np.asarray(np.exp(together - np.logaddexp(together, left)))

    def ahead(self, parameters: Floats, h: Histories, weeks: float) -> Floats:
        """Exact for k = 1.

        For k > 1 purchases come at a k-th of the rate of stages; the stage a customer has reached
        and what is left over at the end shift the count by (j − (k − 1) / 2) / k.
        """
        r, alpha, a, b = parameters
        alive, left = self._parts(parameters, h)
        whole = np.logaddexp(np.logaddexp.reduce(alive), left)
        expected = np.zeros_like(h.x)
        for j, stage in enumerate(alive):
            shape = r + self.k * h.x + j
            coming = _until_leaving(shape, alpha + h.T, a, b + h.x + self.at_first, weeks / self.k)
            shift = (j - (self.k - 1) / 2) / self.k
            # The shift builds up as stages go by and cannot make a count negative.
            passed = -np.expm1(-shape * weeks / (alpha + h.T) / self.k)
            expected += np.exp(stage - whole) * np.maximum(coming + shift * passed, 0.0)
        return expected


def _until_leaving(shape: Floats, scale: Floats, a: float, b: Floats, t: float) -> Floats:
    """E[(1 − exp(−λpt)) / p] for λ ~ gamma(shape, scale), p ~ beta(a, b).

    The expression of Fader, Hardie & Lee (2005), formula 10, without P(alive).
    """
    if abs(a - 1.0) < 1e-4:
        a = 1.0 + 1e-4
    z = t / (scale + t)
    kept = np.exp(-shape * np.log1p(t / scale))
    series = hyp2f1(shape, b, a + b - 1.0, z)
    found = (a + b - 1.0) / (a - 1.0) * (1.0 - kept * series)
    # Where the series overflows or cancels, nobody leaves within the horizon to speak of.
    most = shape * t / scale
    return np.asarray(np.where(np.isfinite(found) & (found >= 0) & (found <= most), found, most))


@dataclass(frozen=True)
class Pareto:
    """Pareto/NBD."""

    code: str = "pareto_nbd"
    names: tuple[str, ...] = ("r", "alpha", "s", "beta")

    def starts(self, h: Histories) -> list[Floats]:
        alpha, span = 1.0 / max(_rate(h), 1e-6), float(np.average(h.T, weights=h.n)) + 1e-6
        return [np.array([1.0, alpha, 0.5, span]), np.array([0.5, 0.5 * alpha, 0.6, 0.3 * span])]

    def _parts(self, parameters: Floats, h: Histories) -> tuple[Floats, Floats]:
        """Log weights of being alive and of having left after the last purchase.

        The latter is the integral of s (α + y)^−(r+x) (β + y)^−(s+1) from t_x to T. Over the share
        of the first factor that has passed, what remains is smooth: 24 Gauss–Legendre nodes.
        """
        r, alpha, s, beta = parameters
        shape = r + h.x
        alive = -shape * np.log(alpha + h.T) - s * np.log(beta + h.T)
        order = shape - 1.0
        order = np.where(np.abs(order) < 1e-6, 1e-6, order)
        span = np.log((alpha + h.T) / (alpha + h.t_x))
        passed = -np.expm1(-order * span)
        with np.errstate(divide="ignore"):
            mass = np.log(passed / order) + (1.0 - shape) * np.log(alpha + h.t_x)
        share = (NODES[:, None] + 1.0) / 2.0
        y = (alpha + h.t_x) * np.exp(-np.log1p(-passed * share) / order) - alpha
        rest = np.exp(-(s + 1.0) * (np.log(beta + y) - np.log(beta + h.t_x)))
        inner = np.log(WEIGHTS @ rest / 2.0) - (s + 1.0) * np.log(beta + h.t_x)
        return alive, np.log(s) + mass + inner

    def log_likelihood(self, parameters: Floats, h: Histories) -> Floats:
        r, alpha, s, beta = parameters
        common = r * np.log(alpha) + s * np.log(beta) + gammaln(r + h.x) - gammaln(r)
        return np.asarray(common + np.logaddexp(*self._parts(parameters, h)))

    def of_gaps(self, log_gaps: float) -> float:
        return 0.0

    def alive(self, parameters: Floats, h: Histories) -> Floats:
        alive, left = self._parts(parameters, h)
        return np.asarray(np.exp(alive - np.logaddexp(alive, left)))

    def ahead(self, parameters: Floats, h: Histories, weeks: float) -> Floats:
        r, alpha, s, beta = parameters
        if abs(s - 1.0) < 1e-6:
            s = 1.0 + 1e-6
        fading = (beta + h.T) / (s - 1.0)
        fading = fading * -np.expm1((s - 1.0) * -np.log1p(weeks / (beta + h.T)))
        return np.asarray(self.alive(parameters, h) * (r + h.x) / (alpha + h.T) * fading)


@dataclass(frozen=True)
class Nbd:
    """Everybody stays; only the rates differ."""

    code: str = "nbd"
    names: tuple[str, ...] = ("r", "alpha")

    def starts(self, h: Histories) -> list[Floats]:
        return [np.array([1.0, 1.0 / max(_rate(h), 1e-6)])]

    def log_likelihood(self, parameters: Floats, h: Histories) -> Floats:
        r, alpha = parameters
        shape = r + h.x
        found = gammaln(shape) - gammaln(r) + r * np.log(alpha) - shape * np.log(alpha + h.T)
        return np.asarray(found)

    def of_gaps(self, log_gaps: float) -> float:
        return 0.0

    def alive(self, parameters: Floats, h: Histories) -> Floats:
        return np.ones_like(h.x)

    def ahead(self, parameters: Floats, h: Histories, weeks: float) -> Floats:
        r, alpha = parameters
        return np.asarray((r + h.x) / (alpha + h.T) * weeks)


def _rate(h: Histories) -> float:
    """Repeat purchases per week over all customers."""
    return float((h.x * h.n).sum() / max((h.T * h.n).sum(), 1e-9))


FAMILIES: dict[str, Family] = {
    family.code: family
    for family in (
        Cnbd("bg_nbd", at_first=False),
        Cnbd("mbg_nbd"),
        Cnbd("mbg_cnbd_2", k=2),
        Cnbd("mbg_cnbd_3", k=3),
        Pareto(),
        Nbd(),
    )
}
