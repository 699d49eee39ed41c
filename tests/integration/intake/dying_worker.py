"""A process that runs an import and kills itself in the middle, as a lost machine would.

Run with the settings of the test suite: `dying_worker DATABASE IMPORT_ID CHUNK [apart]`. It dies
right after the transaction of CHUNK. With `apart` the position is saved in a transaction of its
own after the chunk, and the process dies between the two: what the design rules out.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime

import django
from django.conf import settings


def main(database: str, import_id: int, last_chunk: int, apart: bool) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import transaction

    from regulars.intake import running
    from regulars.intake.targets import sales
    from regulars.kit.permissions import SYSTEM

    sales.CHUNK_ROWS = 100
    save = running.save_position

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def save_and_die(job, moved):  # type: ignore[no-untyped-def]
        if moved <= last_chunk:
            save(job, moved)
        elif apart:
            transaction.on_commit(die)  # the rows are in, the position is not
        else:
            save(job, moved)
            transaction.on_commit(die)

    running.save_position = save_and_die
    running.run(import_id, by=SYSTEM, at=datetime.now(UTC))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["apart"])
