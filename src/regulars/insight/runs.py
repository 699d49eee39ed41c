"""A run: inputs + parameters + versions -> results + manifest, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table

from regulars.insight import fitted
from regulars.insight.engines import EngineShortage
from regulars.insight.features import market
from regulars.insight.features.value import value_figures
from regulars.insight.fitted import Models
from regulars.insight.models.stage_figures import stage_figures
from regulars.insight.parameters import Parameters
from regulars.insight.portrait import customer_table, figures
from regulars.insight.shop import Shop, find_tables, open_shop

FORMAT = 1
"""Rises when a reader of older results would misread newer ones."""

LEFTOVER_SECONDS = 24 * 3600

Progress = Callable[[str], None]


class RunError(RuntimeError):
    """A run that could not be finished or kept; nothing was left behind."""


@dataclass(frozen=True)
class Run:
    """A finished run on disk.

    ``manifest`` holds format, as_of, engine, parameters, inputs (rows and SHA-256 per table),
    versions, steps (seconds, peak_mb), results (rows per file), cuts, return_rates (with its
    back-test and what is missing) and customers.
    """

    path: Path
    manifest: Mapping[str, Any]

    @property
    def customers(self) -> Path:
        return self.path / "customers.parquet"

    def figure(self, name: str) -> Path:
        return self.path / "figures" / f"{name}.parquet"


def load_run(path: Path | str) -> Run:
    """A run written earlier.

    Raises:
        RunError: no manifest there, or one of a newer format.
    """
    folder = Path(path)
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{folder} holds no run: {error}") from error
    if manifest["format"] > FORMAT:
        raise RunError(f"{folder} was written by a newer version; update Regulars to read it.")
    return Run(folder, manifest)


def run(
    source: str | Path | Mapping[str, Any],
    *,
    as_of: date,
    out: str | Path,
    engine: str = "duckdb",
    parameters: Parameters | None = None,
    progress: Progress | None = None,
    before: Mapping[str, Any] | None = None,
    **options: Any,
) -> Run:
    """Analyse a shop as of a date and write the results to a folder.

    Args:
        source: folder or tables, as for ``open_shop``.
        as_of: only what happened before this date counts.
        out: folder for customers.parquet, figures/*.parquet and manifest.json. It appears when
            everything is written; an earlier run there is replaced at that moment.
        before: the manifest of the run before, whose clusters keep their numbers.
        options: for the engine.

    Raises:
        TableError: the input cannot be analysed.
        RunError: the results cannot be written, or ``out`` holds something other than a run.
    """
    target = Path(out)
    _refuse_foreign(target)
    recorder = _Recorder(progress or (lambda _: None))
    chosen = parameters or Parameters()
    with recorder.step("open"):
        try:
            shop = open_shop(source, engine, **options)
        except EngineShortage as error:
            raise _unwritten(target, error) from error
    failures: tuple[type[Exception], ...] = (OSError, *shop.engine.shortages)
    try:
        with shop, _fresh_folder(target) as folder:
            results = _write_results(shop, folder, as_of, chosen, recorder, before)
            with recorder.step("inputs"):
                inputs = _inputs(shop, source)
            about = {"format": FORMAT, "as_of": as_of.isoformat(), "engine": engine}
            about |= {"parameters": chosen.as_data(), "inputs": inputs}
            about |= {"versions": {**shop.engine.versions(), **_versions()}}
            manifest = {**about, "steps": recorder.steps, **results}
            (folder / "manifest.json").write_text(_as_json(manifest), "utf-8")
            _publish(folder, target)
    except failures as error:
        raise _unwritten(target, error) from error
    return load_run(target)


def _unwritten(target: Path, error: Exception) -> RunError:
    return RunError(f"The results could not be written to {target}: {error}")


def _write_results(
    shop: Shop,
    folder: Path,
    as_of: date,
    parameters: Parameters,
    recorder: _Recorder,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    with recorder.step("orders and days"):
        shop.at(as_of).hold()
    models = fitted.fit(shop, as_of=as_of, parameters=parameters, step=recorder.step, before=before)
    with recorder.step("customers"):
        customers = customer_table(shop, models, as_of=as_of, parameters=parameters)
        path = folder / "customers.parquet"
        shop.engine.write_parquet(customers, path, order_by="customer_id")
    rows = {"customers": _rows_of(path)}
    with recorder.step("figures"):
        (folder / "figures").mkdir()
        for name, figure in _figures(shop, customers, models, as_of, parameters).items():
            path = folder / "figures" / f"{name}.parquet"
            shop.engine.write_parquet(figure, path)
            rows[f"figures/{name}"] = _rows_of(path)
    return {"results": rows, **models.told()}


def _figures(
    shop: Shop, customers: Table, models: Models, as_of: date, parameters: Parameters
) -> dict[str, Table]:
    days, cost = shop.at(as_of).day_totals, parameters.acquisition_cost
    return {
        **figures(shop, customers, as_of=as_of, parameters=parameters),
        **models.segments.figures(shop),
        "market": market.table(shop, models.months),
        **value_figures(customers, days, models.value.total_error),
        **stage_figures(shop, customers, models.moves, acquisition_cost=cost),
    }


def _rows_of(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


class _Recorder:
    """Seconds and peak memory of each step; the peak is the process's so far."""

    def __init__(self, progress: Progress) -> None:
        self.steps: list[dict[str, Any]] = []
        self._progress = progress

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self._progress(name)
        started = time.perf_counter()
        yield
        self.steps.append(
            {
                "step": name,
                "seconds": round(time.perf_counter() - started, 3),
                "peak_mb": round(peak_mb()),
            }
        )


def peak_mb() -> float:
    """The most memory this process has held so far, in megabytes."""
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _inputs(shop: Shop, source: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    sources = find_tables(source)
    return {
        name: {
            "rows": int(table.count().to_pyarrow().as_py()),
            "sha256": _content_hash(sources[name]),
        }
        for name, table in shop.tables.items()
    }


def _content_hash(source: Any) -> str:
    digest = hashlib.sha256()
    if isinstance(source, Path):
        files = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
        for file in files:
            with file.open("rb") as content:
                while block := content.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()
    if not isinstance(source, pa.Table):
        to_arrow = getattr(source, "to_pyarrow", None)
        source = to_arrow() if to_arrow else pa.Table.from_pandas(source, preserve_index=False)
    sink = _Digesting(digest)
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), source.schema) as writer:
        writer.write_table(source)
    return digest.hexdigest()


class _Digesting:
    """A file to write to that only remembers the hash of what was written."""

    closed = False

    def __init__(self, digest: Any) -> None:
        self._digest = digest

    def write(self, block: bytes) -> int:
        self._digest.update(block)
        return len(block)

    def flush(self) -> None:
        """Nothing is buffered."""

    def close(self) -> None:
        self.closed = True


def _versions() -> dict[str, str]:
    packages = ("regulars", "numpy", "scikit-learn", "holidays")
    return {"python": sys.version.split()[0]} | {name: version(name) for name in packages}


def _as_json(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False, default=str, allow_nan=False)


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    empty = target.is_dir() and not any(target.iterdir())
    if not empty and not (target / "manifest.json").is_file():
        raise RunError(f"{target} exists and is not an earlier run. Name another folder.")


@contextmanager
def _fresh_folder(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear_leftovers(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_leftovers(target: Path) -> None:
    """Remove what runs to the same place left when they were killed a day ago or earlier."""
    for folder in target.parent.glob(f".{target.name}-*"):
        if folder.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _publish(folder: Path, target: Path) -> None:
    """Put the finished folder in place; an earlier run stands until that moment."""
    if not target.exists():
        folder.rename(target)
        return
    earlier = folder.with_name(folder.name + "-earlier")
    target.rename(earlier)
    try:
        folder.rename(target)
    except OSError:
        earlier.rename(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)
