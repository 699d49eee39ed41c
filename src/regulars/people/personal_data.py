"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

UNTIL_ERASED = "until the customer is erased"

HELD = {
    "Customer": Held("to know and serve the customer", Basis.CONTRACT, UNTIL_ERASED),
    "ExternalId": Held("to recognise them in other systems", Basis.CONTRACT, UNTIL_ERASED),
    "ContactPoint": Held("to reach them; sealed", Basis.CONTRACT, UNTIL_ERASED),
    "Consent": Held("to prove what they agreed to", Basis.DUTY, "outlives erasure, as proof"),
    "CustomerTag": Held("to serve them as they like", Basis.CONTRACT, UNTIL_ERASED),
    "Relation": Held("to thank who brought them", Basis.CONTRACT, UNTIL_ERASED),
    "Note": Held(
        "to serve them well; sealed, sensitive ones only with consent", Basis.CONSENT, UNTIL_ERASED
    ),
}
