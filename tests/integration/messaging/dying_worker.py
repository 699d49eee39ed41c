"""A worker that kills itself while it hands a message over.

`dying_worker DATABASE SEND_ID AT [careless]`.

Run with the settings of the test suite. The channel has sent the message when the process dies.
`careless` hands over inside the transaction that claims: what the design rules out.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime

import django
from django.conf import settings


def main(database: str, send_id: int, at: datetime, careless: bool) -> None:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from django.db import transaction

    from regulars.messaging import delivering
    from tests.factories.messaging import Memory, known_occasions, using

    class Deadly(Memory):
        def send(self, letter):  # type: ignore[no-untyped-def]
            print("sent", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    with known_occasions(), using(Deadly()):
        if careless:
            with transaction.atomic():
                delivering.deliver(send_id, at=at)
        delivering.deliver(send_id, at=at)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), "careless" in sys.argv)
