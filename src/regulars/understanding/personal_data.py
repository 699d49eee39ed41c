"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

HELD = {
    "CustomerResult": Held(
        "to see who may need attention", Basis.CONTRACT, "the last three published analyses"
    ),
}
