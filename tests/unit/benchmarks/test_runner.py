"""The bench measures what it says: one input, equal answers, a reason for who is left out."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import benchmarks.__main__ as runner
from benchmarks.environments import EnvironmentMissing
from benchmarks.shop import lines_of, shop_folder
from benchmarks.work import Work
from benchmarks.works import customer_table
from benchmarks.works.customer_table import WORK, compare


@pytest.mark.parametrize("n", [1, 19, 5000])
def test_a_generated_shop_has_exactly_n_lines_and_is_repeatable(n: int) -> None:
    assert lines_of(n).num_rows == n
    assert lines_of(n).equals(lines_of(n))


def test_every_generated_order_is_a_purchase_of_one_customer() -> None:
    orders = lines_of(5000).to_pandas().groupby("order_id")
    assert orders.amount.sum().min() > 0
    assert orders.customer_id.nunique().max() == 1


def test_contestants_agree_and_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    source = shop_folder(tmp_path, 5000)
    answers = {}
    for contestant in WORK.contestants:
        if contestant.environment is None:
            answers[contestant.name] = tmp_path / contestant.name
            answer = contestant.run(source, contestant.prepare())
            contestant.save(answer, answers[contestant.name])
    assert set(answers) == {"ours", "pandas", "plain sql"}
    assert {name: told["differing"] for name, told in compare(answers).items()} == dict.fromkeys(
        answers, 0
    )
    wrong = customer_table.run_pandas(source, customer_table.prepare_pandas())
    wrong.loc[3, "spend"] += 1
    wrong.to_parquet(answers["pandas"])
    assert compare(answers)["pandas"]["differing"] == 1


def test_who_cannot_run_is_listed_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(work: Work, contestant: object, source: Path, answer: Path) -> dict[str, float]:
        if contestant is WORK.contestants[2]:
            raise EnvironmentMissing("no such package")
        return {"seconds": 2.0, "cpu_seconds": 3.0, "peak_mb": 100.0}

    monkeypatch.setattr(runner, "FOLDER", tmp_path)
    monkeypatch.setattr(runner, "_once", once)
    work = Work("customer_table", "lines", (100,), WORK.make_input, WORK.contestants)
    results = runner.measure(work, 100, 2, Console(file=StringIO()))
    assert [result["contestant"] for result in results] == [
        "ours", "pandas", "lifetimes", "plain sql",
    ]  # fmt: skip
    assert results[1]["ratio_to_ours"] == 1.0
    assert results[2]["seconds"] is None
    assert results[2]["metrics"] == {"left_out": "no such package"}
    assert set(results[0]) == {
        "work", "contestant", "n", "seconds", "peak_mb", "ratio_to_ours", "metrics",
    }  # fmt: skip


def test_measuring_again_keeps_the_other_works_and_sizes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "bench.json"
    monkeypatch.setattr(runner, "RESULTS", results)
    small, large = {"work": "import", "n": 1}, {"work": "import", "n": 10}
    other = {"work": "extract", "n": 1}
    runner._write([small, large, other])
    runner._write([{**large, "seconds": 2}])
    assert json.loads(results.read_text()) == [small, other, {**large, "seconds": 2}]
