"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

PROOF = "stays as proof; its words go with the customer's key or after 30 days"

HELD = {
    "Send": Held("to write to them once and to tell what was sent", Basis.CONTRACT, PROOF),
    "SendChange": Held("to tell what became of a message", Basis.CONTRACT, PROOF),
    "Recorded": Held("to see in development what would be sent", Basis.CONTRACT, PROOF),
}
