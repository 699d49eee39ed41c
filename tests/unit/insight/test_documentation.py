"""The example of the developer page runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars import insight
from tests.unit.insight.shops import AS_OF, SCHEMA, busy_lines

PAGE = Path(__file__).parents[3] / "docs" / "developer" / "insight.md"


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "my-shop").mkdir()
    lines = pa.Table.from_pylist(busy_lines(100), SCHEMA)
    pq.write_table(lines, tmp_path / "my-shop" / "lines.parquet")
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    exec(example, {})  # noqa: S102 (our own page)
    assert (tmp_path / "results" / "customers.parquet").exists()
    assert "segment" in capsys.readouterr().out


def test_every_file_of_a_run_is_named_on_the_page(tmp_path: Path) -> None:
    lines = pa.Table.from_pylist(busy_lines(50), SCHEMA)
    run = insight.run({"lines": lines}, as_of=AS_OF, out=tmp_path / "run")
    page = PAGE.read_text("utf-8")
    assert all(name.removeprefix("figures/") in page for name in run.manifest["results"])
