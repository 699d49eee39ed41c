"""What one deployment knows about its business before the database is open.

Kept as `business.toml` in the business's folder under `var/`; every key may be left out.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

CURRENCIES = {"CNY": "¥", "USD": "$", "GBP": "£", "CAD": "$", "EUR": "€", "HKD": "$", "SGD": "$"}


@dataclass(frozen=True)
class Business:
    """The settings of one business.

    Attributes:
        code: names its database and its folder.
        standing_clock: where time stands still, for a sample whose data end in the past.
    """

    code: str
    folder: Path
    name: str = "Regulars"
    kind: str = "salon"
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    country: str = "CN"
    standing_clock: datetime | None = None
    hosts: list[str] = field(default_factory=lambda: ["127.0.0.1", "localhost"])

    @property
    def file(self) -> Path:
        return self.folder / "business.toml"

    @classmethod
    def read(cls, var: Path, code: str) -> Business:
        """Reads the business called `code`, with the defaults where the file is silent."""
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", code):
            raise ValueError("REGULARS_BUSINESS takes small letters, digits and _, as in: salon")
        folder = var / code
        file = folder / "business.toml"
        known = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        unknown = known.keys() - cls.__dataclass_fields__.keys()
        if unknown:
            raise ValueError(f"{file}: unknown settings {', '.join(sorted(unknown))}")
        if known.get("currency", "CNY") not in CURRENCIES:
            raise ValueError(f"{file}: currency must be one of {', '.join(CURRENCIES)}")
        standing = known.get("standing_clock")
        if isinstance(standing, datetime) and standing.tzinfo is None:
            known["standing_clock"] = standing.replace(tzinfo=UTC)
        return cls(code=code, folder=folder, **known)

    def write(self) -> None:
        """Writes the settings, for `read` to find."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # What JSON writes as a text or a list of texts, TOML reads as the same.
        lines = [
            f"{key} = {json.dumps(getattr(self, key), ensure_ascii=False)}"
            for key in ("name", "kind", "currency", "time_zone", "country", "hosts")
        ]
        if self.standing_clock:
            lines.append(f"standing_clock = {self.standing_clock.isoformat()}")
        self.file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def current() -> Business:
    """The business of this process, by `REGULARS_VAR` and `REGULARS_BUSINESS`."""
    var = Path(os.environ.get("REGULARS_VAR", "var")).absolute()
    return Business.read(var, os.environ.get("REGULARS_BUSINESS", "main"))
