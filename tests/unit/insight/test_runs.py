"""A run is whole or not there, says what it was made of, and works with next to nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars import insight
from regulars.insight import Parameters, RunError, TableError, cli, portrait, runs
from regulars.insight.features.rfm import RfmCuts
from tests.unit.insight import oracle
from tests.unit.insight.shops import AS_OF, SCHEMA, assert_same, busy_lines, line

LINES = busy_lines(300)


def table(rows: list[dict]) -> pa.Table:
    return pa.Table.from_pylist(rows, SCHEMA)


def customers_of(run: insight.Run) -> dict:
    rows = pq.read_table(run.customers).to_pylist()
    return {row.pop("customer_id"): row for row in rows}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> insight.Run:
    out = tmp_path_factory.mktemp("runs") / "out"
    return insight.run({"lines": table(LINES)}, as_of=AS_OF, out=out)


def test_the_customer_table_holds_every_feature(finished: insight.Run) -> None:
    found = customers_of(finished)
    for twin in (oracle.summary, oracle.amount, oracle.rhythm, oracle.lifecycle, oracle.timing):
        expected = twin(LINES, AS_OF)
        columns = next(iter(expected.values())).keys()
        shown = {who: {column: row[column] for column in columns} for who, row in found.items()}
        assert_same(shown, expected)
    assert {"r_score", "segment", "top_product", "p_no_return", "p_no_return_reasons"} <= set(
        next(iter(found.values()))
    )


def test_figures_agree_with_the_customer_table(finished: insight.Run) -> None:
    customers = customers_of(finished).values()
    stages = pq.read_table(finished.figure("stages")).to_pylist()
    assert sum(row["customers"] for row in stages) == len(customers)
    assert sum(row["spend"] for row in stages) == sum(row["spend"] for row in customers)
    for cell in pq.read_table(finished.figure("rfm_grid")).to_pylist():
        inside = [
            row
            for row in customers
            if (row["r_score"], row["f_score"]) == (cell["r_score"], cell["f_score"])
        ]
        assert len(inside) == cell["customers"]
        assert {row["segment"] for row in inside} == {cell["segment"]}


def test_the_manifest_says_what_the_run_was_made_of(finished: insight.Run) -> None:
    manifest = finished.manifest
    assert manifest["as_of"] == "2026-01-01"
    assert manifest["inputs"]["lines"]["rows"] == 300
    assert len(manifest["inputs"]["lines"]["sha256"]) == 64
    assert manifest["parameters"]["country"] == "CN"
    assert {"duckdb", "ibis-framework", "regulars", "python"} <= set(manifest["versions"])
    assert all(step["seconds"] >= 0 and step["peak_mb"] > 0 for step in manifest["steps"])
    files = {path.stem for path in (finished.path / "figures").iterdir()}
    assert {f"figures/{name}" for name in files} | {"customers"} == set(manifest["results"])
    assert manifest["results"]["customers"] == pq.read_metadata(finished.customers).num_rows


def test_the_same_input_gives_the_same_results(finished: insight.Run, tmp_path: Path) -> None:
    again = insight.run({"lines": table(LINES)}, as_of=AS_OF, out=tmp_path / "again")
    assert customers_of(again) == customers_of(finished)
    for key in ("inputs", "cuts", "return_rates", "results"):
        assert again.manifest[key] == finished.manifest[key]


def test_another_input_has_another_hash(finished: insight.Run, tmp_path: Path) -> None:
    changed = [*LINES[:-1], {**LINES[-1], "amount": 1}]
    other = insight.run({"lines": table(changed)}, as_of=AS_OF, out=tmp_path / "other")
    before, after = (run.manifest["inputs"]["lines"]["sha256"] for run in (finished, other))
    assert before != after


@pytest.mark.parametrize(
    "rows",
    [[], [line(None, date(2025, 1, 1))], [line("a", AS_OF)], [line("a", date(2025, 1, 1), -5)]],
    ids=["empty", "anonymous", "future", "returns only"],
)
def test_next_to_nothing_works_and_says_what_is_missing(rows: list[dict], tmp_path: Path) -> None:
    run = insight.run({"lines": table(rows)}, as_of=AS_OF, out=tmp_path / "out")
    assert run.manifest["return_rates"]["missing"]["what"] == "days"
    assert run.manifest["results"]["customers"] == (1 if rows and rows[0]["amount"] < 0 else 0)


def test_a_failure_midway_leaves_the_earlier_run_and_nothing_else(
    finished: insight.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    insight.run({"lines": table(LINES[:50])}, as_of=AS_OF, out=out)
    before = (out / "manifest.json").read_bytes()

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "figures", full_disk)
    with pytest.raises(RunError, match="No space left"):
        insight.run({"lines": table(LINES)}, as_of=AS_OF, out=out)
    assert (out / "manifest.json").read_bytes() == before
    assert list(tmp_path.iterdir()) == [out]
    # The control: with space again the same call replaces the run.
    monkeypatch.setattr(runs, "figures", portrait.figures)
    insight.run({"lines": table(LINES)}, as_of=AS_OF, out=out)
    assert (out / "manifest.json").read_bytes() != before
    assert list(tmp_path.iterdir()) == [out]


LIMITED = """
import resource, signal, sys
from regulars.insight import cli
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
sys.exit(cli.main(sys.argv[1:]))
"""


def test_a_disk_that_takes_no_more_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    pq.write_table(table(LINES), tmp_path / "shop" / "lines.parquet")
    options = ["run", "shop", "--as-of", AS_OF.isoformat(), "--out", "out"]
    source = str(Path(insight.__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIMITED, *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1, ended.stderr
    assert "could not be written to out" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_leftovers_of_a_killed_run_go_after_a_day(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".out-old", tmp_path / ".out-fresh"
    for folder in (old, fresh):
        folder.mkdir()
    os.utime(old, (0, 0))
    insight.run({"lines": table(LINES[:20])}, as_of=AS_OF, out=tmp_path / "out")
    assert not old.exists()
    assert fresh.exists()


def test_a_folder_that_is_no_run_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(RunError, match="not an earlier run"):
        insight.run({"lines": table(LINES)}, as_of=AS_OF, out=tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_given_cuts_are_kept_in_the_manifest(tmp_path: Path) -> None:
    cuts = RfmCuts(recency=(30, 90), frequency=(1, 3), spend=(500,))
    parameters = Parameters(cuts=cuts)
    run = insight.run(
        {"lines": table(LINES)}, as_of=AS_OF, out=tmp_path / "o", parameters=parameters
    )
    assert run.manifest["cuts"]["recency"] == [30, 90]


def test_a_newer_format_is_not_misread(finished: insight.Run, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(RunError, match="update Regulars"):
        insight.load_run(tmp_path)
    with pytest.raises(RunError, match="holds no run"):
        insight.load_run(tmp_path / "nowhere")


def test_input_is_checked_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(TableError):
        insight.run(
            {"lines": table(LINES).drop_columns(["amount"])}, as_of=AS_OF, out=tmp_path / "o"
        )
    assert list(tmp_path.iterdir()) == []


class TestCommandLine:
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "shop"
        folder.mkdir()
        pq.write_table(table(LINES), folder / "lines.parquet")
        return folder

    def arguments(self, folder: Path, out: Path) -> list[str]:
        return ["run", str(folder), "--as-of", AS_OF.isoformat(), "--out", str(out)]

    def test_writes_a_run_and_says_where(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "out"
        assert cli.main(self.arguments(self.folder(tmp_path), out)) == 0
        told = capsys.readouterr()
        assert "30 customers" in told.out
        assert str(out / "customers.parquet") in told.out
        assert "return rates" in told.err
        assert insight.load_run(out).manifest["engine"] == "duckdb"

    def test_a_wrong_folder_ends_with_2_and_a_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(self.arguments(tmp_path / "nowhere", tmp_path / "out")) == 2
        assert "is not a folder" in capsys.readouterr().err

    def test_a_place_that_cannot_be_written_ends_with_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").write_text("")
        assert cli.main(self.arguments(self.folder(tmp_path), tmp_path / "file" / "out")) == 1
        assert "error:" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("option", "value"), [("--as-of", "yesterday"), ("--horizon-days", "0"), ("--engine", "x")]
    )
    def test_a_wrong_option_ends_with_2(
        self, tmp_path: Path, option: str, value: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            cli.main([*self.arguments(tmp_path, tmp_path / "out"), option, value])
        assert ended.value.code == 2
        assert value in capsys.readouterr().err

    def test_an_interruption_ends_with_130_and_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        folder = self.folder(tmp_path)
        monkeypatch.setattr(runs, "figures", interrupted)
        assert cli.main(self.arguments(folder, tmp_path / "out")) == 130
        assert list(tmp_path.iterdir()) == [folder]


def test_a_run_as_of_an_earlier_day_ignores_what_came_later(tmp_path: Path) -> None:
    then = AS_OF - timedelta(days=200)
    known = [row for row in LINES if row["ordered_at"].date() < then]
    one = insight.run({"lines": table(LINES)}, as_of=then, out=tmp_path / "one")
    two = insight.run({"lines": table(known)}, as_of=then, out=tmp_path / "two")
    assert customers_of(one) == customers_of(two)
    assert one.manifest["return_rates"] == two.manifest["return_rates"]
