"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

WITH_THE_IMPORT = "as long as the record of the import"

HELD = {
    "Event": Held(
        "to know who booked, came or stayed away",
        Basis.CONTRACT,
        "stays as a business record; after erasure its customer has no name",
    ),
    "QuarantinedRow": Held("to be mended and taken up; sealed", Basis.CONTRACT, WITH_THE_IMPORT),
    "Change": Held(
        "to take an import back; sealed under the customer's own key",
        Basis.CONTRACT,
        "until the customer is erased, and no longer than the record of the import",
    ),
}
