"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

WITHOUT_A_NAME = "stays as a business record; after erasure its customer has no name"

HELD = {
    "Order": Held("to account for what was bought", Basis.CONTRACT, WITHOUT_A_NAME),
    "Line": Held("to account for what was bought", Basis.CONTRACT, WITHOUT_A_NAME),
}
