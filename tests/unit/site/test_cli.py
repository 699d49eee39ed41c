"""The command line tells a mistyped business apart from one that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.site import cli


def test_a_business_that_is_not_there_is_named_and_nothing_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_VAR", str(tmp_path))
    monkeypatch.setenv("REGULARS_BUSINESS", "typoed")
    with pytest.raises(SystemExit, match=r"no business “typoed”.*setup"):
        cli.main(["doctor"])
    assert list(tmp_path.iterdir()) == []
