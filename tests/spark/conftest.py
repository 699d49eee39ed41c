"""A Spark session for the whole run of tests, and the shops both engines are asked about."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PLAIN = {
    "spark.app.name": "regulars tests",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    # Small shops: planning and compiling would take longer than the work.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.default.parallelism": "2",
}


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = os.environ.get("JAVA_HOME")
    java = (home and (Path(home) / "bin" / "java").exists()) or shutil.which("java")
    if find_spec("pyspark") is None or not java:
        pytest.skip("pyspark and Java 17 are needed")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]")
    builder = builder.config("spark.local.dir", str(tmp_path_factory.mktemp("spark")))
    for name, value in PLAIN.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
