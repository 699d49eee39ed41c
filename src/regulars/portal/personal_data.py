"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

HELD = {
    "Visitor": Held("to know who is signed in", Basis.CONTRACT, "30 days, or until they leave"),
    # Leads to no customer by a key of the database, but holds a number, sealed.
    "Code": Held("to let the owner of a phone in", Basis.CONTRACT, "one day"),
}
