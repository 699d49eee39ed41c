"""Who stays away? Ours beside what people use on real shops: learned before a day, judged after.

The question is the same for all: no purchase in the days after a day, for every customer with a
purchase before it. The horizon is the same for everyone (ours can tell it per person, which nobody
else does). Contestants that learn get the same columns as ours (``insight.features.history``) of
the same people on four earlier days, thirty days apart (one day for "1 window"), and settings that
are usual. The members of ours and their settings were compared on these sets while they were
written, though no fit sees the hold-out.

``python -m benchmarks.works.churn_accuracy`` writes the table of the last measurement to
``docs/accuracy/churn.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.sets import SETS, RetailSet
from benchmarks.work import Contestant, Work

QUESTIONS = {
    "Complete Journey": (date(2017, 11, 2), 60),
    "Online Retail II": (date(2010, 9, 10), 90),
    "CDNOW": (date(1998, 4, 1), 90),
    "Salon": (date(2018, 6, 14), 45),
}
"""Name of the set -> first day of the hold-out, its days. All hold-outs lie within the data."""
WINDOWS, STEP_DAYS, HISTORY_DAYS = 4, 30, 28
PAGE = Path("docs/accuracy/churn.md")
NOT_INPUT = (
    "at", "customer_id", "away", "first_on", "last_on", "expected_next_on", "rhythm_basis",
    "horizon_days",
)  # fmt: skip


def make_input(folder: Path, n: int) -> Path:
    """A folder per set that is on this machine: lines, cases to learn from, cases to judge."""
    home = folder / "churn-sets-3"
    for name, one in _sets().items():
        place = home / name.lower().replace(" ", "-")
        if not (place / "done").exists():
            lines = one.lines()
            if lines is not None:
                place.mkdir(parents=True, exist_ok=True)
                _write_cases(place, lines, one)
                (place / "done").write_text(name)
    home.mkdir(parents=True, exist_ok=True)
    return home


def _sets() -> dict[str, RetailSet]:
    named = {name: one for name in QUESTIONS for one in SETS if one.name.startswith(name)}
    return {
        name: replace(one, split=QUESTIONS[name][0], horizon_days=QUESTIONS[name][1])
        for name, one in named.items()
    }


def _write_cases(place: Path, lines: Any, one: RetailSet) -> None:
    import pyarrow.parquet as pq

    from regulars import insight
    from regulars.insight.models.churn.target import HorizonRule, seen

    end = one.split + timedelta(days=one.horizon_days)
    with insight.open_shop({"lines": lines}) as shop:
        known = shop.at(end).purchase_days.aggregate(first=shop.at(end).purchase_days.day.min())
        opened = known.to_pyarrow().to_pylist()[0]["first"]
        steps = [one.horizon_days + STEP_DAYS * step for step in range(WINDOWS)]
        days = [one.split - timedelta(days=step) for step in steps]
        days = [day for day in days if (day - opened).days >= HISTORY_DAYS]
        asked = {"share": 1.0, "seed": 0, "parts": ("lines", "breadth", "prices")}
        rule = HorizonRule.fixed(one.horizon_days)
        for file, dates in (("learn", days), ("judge", [one.split])):
            table = seen(shop, dates, rule, as_of=end, **asked)
            pq.write_table(
                table.order_by("at", "customer_id").to_pyarrow(), place / f"{file}.parquet"
            )
    pq.write_table(lines, place / "lines.parquet")
    (place / "question.json").write_text(
        json.dumps({"split": one.split.isoformat(), "days": one.horizon_days})
    )


def each_set(score: Callable[[Any, Any, Path], Any]) -> Callable[[Path, Any], Any]:
    """A contestant that answers a score per case: set, customer_id, score."""

    def run(home: Path, prepared: Any) -> Any:
        import pandas as pd

        told = []
        for place in sorted(home.glob("*/done")):
            learn, judge = (
                pd.read_parquet(place.parent / f"{name}.parquet") for name in ("learn", "judge")
            )
            answer = judge[["customer_id"]].astype(str)
            answer["score"] = score(learn, judge, place.parent)
            told.append(answer.assign(set=place.read_text()))
        return pd.concat(told) if told else pd.DataFrame(columns=["customer_id", "score", "set"])

    return run


def ours(learn: Any, judge: Any, place: Path) -> Any:
    import pyarrow.parquet as pq

    from regulars import insight
    from regulars.insight.models import churn

    asked = json.loads((place / "question.json").read_text())
    day = date.fromisoformat(asked["split"])
    with insight.open_shop({"lines": pq.read_table(place / "lines.parquet")}) as shop:
        warning = churn.fit(shop, as_of=day, horizon_days=asked["days"])
        scores = warning.score(shop, as_of=day, reasons_for=1)
        told = scores.select("customer_id", "p_churn").to_pyarrow().to_pandas()
    return judge.customer_id.map(told.set_index("customer_id").p_churn)


def recency(learn: Any, judge: Any, place: Path) -> Any:
    """Days since the last purchase; a rank, not a chance."""
    return judge.recency_days.astype(float)


def not_alive(learn: Any, judge: Any, place: Path) -> Any:
    """1 − P(alive) of BG/NBD."""
    return 1 - _process("bg_nbd", judge)[0]


def no_purchase(learn: Any, judge: Any, place: Path) -> Any:
    """P(no purchase in the horizon) of MBG/NBD."""
    import numpy as np

    alive, parameters, history = _process("mbg_nbd", judge)
    r, alpha = parameters[:2]
    weeks = float(judge.horizon_days.iloc[0]) / 7
    silent = ((alpha + history.T) / (alpha + history.T + weeks)) ** (r + history.x)
    return np.asarray(1 - alive * (1 - silent))


def _process(code: str, judge: Any) -> tuple[Any, Any, Any]:
    import numpy as np

    from regulars.insight.models.clv.families import Histories
    from regulars.insight.models.clv.likelihood import fit_family

    tenure, silent = judge.tenure_days.to_numpy(float), judge.recency_days.to_numpy(float)
    repeats = judge.purchase_days.to_numpy(float) - 1
    history = Histories(repeats, (tenure - silent) / 7, tenure / 7, np.ones(len(judge)))
    fitted = fit_family(code, history, prior=False)
    return fitted.alive(history), fitted.parameters, history


def _columns(learn: Any) -> list[str]:
    own = [name for name in learn.columns if name not in NOT_INPUT]
    return [name for name in own if learn[name].nunique(dropna=False) > 1]


def _latest(learn: Any) -> Any:
    return learn[learn["at"] == learn["at"].max()]


def logistic(learn: Any, judge: Any, place: Path) -> Any:
    """Logarithms, standardised, medians for the empty, an L2 penalty of 1."""
    import numpy as np
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    names = _columns(learn)
    logs = FunctionTransformer(lambda values: np.sign(values) * np.log1p(np.abs(values)))
    model = make_pipeline(
        logs, SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=2000)
    )
    model.fit(learn[names].astype(float), learn.away)
    return model.predict_proba(judge[names].astype(float))[:, 1]


def hist_boosting(learn: Any, judge: Any, place: Path) -> Any:
    """HistGradientBoostingClassifier as it comes."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    names = _columns(learn)
    model = HistGradientBoostingClassifier(random_state=0)
    model.fit(learn[names].astype(float), learn.away)
    return model.predict_proba(judge[names].astype(float))[:, 1]


def lightgbm_of(windows: int) -> Callable[[Any, Any, Path], Any]:
    """LightGBM on the cases of so many days: 300 trees of 15 leaves at 0.03."""

    def score(learn: Any, judge: Any, place: Path) -> Any:
        import lightgbm

        cases = learn if windows > 1 else _latest(learn)
        names = _columns(cases)
        model = lightgbm.LGBMClassifier(
            n_estimators=300, learning_rate=0.03, num_leaves=15, min_child_samples=30,
            n_jobs=1, random_state=0, verbose=-1,
        )  # fmt: skip
        model.fit(cases[names].astype(float), cases.away)
        return model.predict_proba(judge[names].astype(float))[:, 1]

    return score


def save(answer: Any, path: Path) -> None:
    answer.to_parquet(path)


RANKS = ("recency",)
"""Contestants whose score is no chance."""


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """AUC, PR-AUC and, of chances, calibration error, per set."""
    import pandas as pd

    home = Path("var/bench") / "churn-sets-3"
    truth = {
        place.read_text(): pd.read_parquet(place.parent / "judge.parquet")
        .assign(customer_id=lambda rows: rows.customer_id.astype(str))
        .set_index("customer_id")
        .away
        for place in sorted(home.glob("*/done"))
    }
    found: dict[str, dict[str, Any]] = {}
    for name, path in answers.items():
        told = pd.read_parquet(path)
        found[name] = {}
        for own, away in truth.items():
            score = told[told["set"] == own].set_index("customer_id").score
            both = score.reindex(away.index)
            found[name] |= _measures(own, both, away.astype(float), name not in RANKS)
    return found


def _measures(own: str, score: Any, away: Any, chance: bool) -> dict[str, float]:
    import pandas as pd
    from sklearn.metrics import average_precision_score, roc_auc_score

    told = {
        f"{own} AUC": round(float(roc_auc_score(away, score)), 4),
        f"{own} PR-AUC": round(float(average_precision_score(away, score)), 4),
    }
    if chance:
        # Ten groups of the same size by rising chance: mean gap of predicted and observed share.
        group = pd.Series(score.rank(method="first").to_numpy() * 10 // (len(score) + 1))
        rows = pd.DataFrame({"p": score.to_numpy(), "y": away.to_numpy(), "group": group})
        means = rows.groupby("group").agg(p=("p", "mean"), y=("y", "mean"), n=("y", "size"))
        gap = ((means.p - means.y).abs() * means.n).sum() / len(rows)
        told[f"{own} calibration error"] = round(float(gap), 4)
    return told


WORK = Work(
    name="churn_accuracy",
    unit="sets",
    sizes=(len(QUESTIONS),),
    make_input=make_input,
    contestants=(
        Contestant("ours", each_set(ours), save=save),
        Contestant("recency", each_set(recency), save=save),
        Contestant("1 − P(alive) of BG-NBD", each_set(not_alive), save=save),
        Contestant("P(no purchase) of MBG-NBD", each_set(no_purchase), save=save),
        Contestant("logistic", each_set(logistic), save=save),
        Contestant("HistGradientBoosting", each_set(hist_boosting), save=save),
        Contestant("LightGBM, 1 window", each_set(lightgbm_of(1)), save=save),
        Contestant("LightGBM, 4 windows", each_set(lightgbm_of(4)), save=save),
    ),
    compare=compare,
    targets=(
        "AUC and PR-AUC at most 0.003 below the best of the others, on each set",
        "calibration error at most 0.02",
    ),
    repeats=1,
)


def page(results: list[dict[str, Any]]) -> str:
    """The page of the guide from the results of ``var/bench.json``."""
    own = [one for one in results if one["work"] == WORK.name and one["seconds"] is not None]
    text = [HEAD]
    for name, (day, days) in QUESTIONS.items():
        rows = [one for one in own if f"{name} AUC" in one["metrics"]]
        if not rows:
            continue
        text += [f"\n## {name}\n\n{days} days from {day}.\n"]
        text += ["| | AUC | PR-AUC | calibration error |", "|---|---|---|---|"]
        for one in rows:
            measures = [one["metrics"].get(f"{name} {kind}") for kind in MEASURES]
            told = " | ".join("–" if value is None else f"{value:.4f}" for value in measures)
            text.append(f"| {one['contestant']} | {told} |")
    seconds = ", ".join(f"{one['contestant']} {one['metrics']['cpu_seconds']:.0f} s" for one in own)
    text.append(f"\nProcessor time of all sets together, from reading to answering: {seconds}.")
    return "\n".join(text) + "\n"


MEASURES = ("AUC", "PR-AUC", "calibration error")
HEAD = """# How good is the churn warning?

Written by `make bench ONLY=churn_accuracy` and `python -m benchmarks.works.churn_accuracy`; the
numbers are those of that run. Everything was fitted before the first day of the hold-out. Our
members and their settings were compared on these same sets while they were written, which flatters
us; the real check is other data, such as your own, where each run tells its back-test. The
question, the same for all: no purchase in so many days, for every customer with a purchase before.
Contestants that learn get the same columns as ours. Calibration error is the mean gap between
predicted and observed share over ten groups of equal size; a rank has none. A set of a few hundred
customers has a calibration error of about 0.04 by chance alone.
"""


def main() -> None:
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(json.loads(Path("var/bench.json").read_text())), encoding="utf-8")
    print(f"written: {PAGE}")


if __name__ == "__main__":
    main()
