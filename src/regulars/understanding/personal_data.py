"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

HELD = {
    "CustomerResult": Held(
        "to see who may need attention", Basis.CONTRACT, "the last three published analyses"
    ),
    "ListMember": Held(
        "to look after the customers someone picked",
        Basis.CONTRACT,
        "until the list is deleted (a week more, to bring it back) or the customer is erased",
    ),
    "FollowUp": Held(
        "to look after customers who may leave", Basis.CONTRACT, "until the customer is erased"
    ),
    "FollowUpEntry": Held(
        "to know what was done, and not to trouble them twice; notes sealed by the customer's key",
        Basis.CONTRACT,
        "until the customer is erased",
    ),
    "Warned": Held(
        "to count whether following up helps", Basis.CONTRACT, "until the customer is erased"
    ),
}
