"""What is held about customers here, why and how long."""

from __future__ import annotations

from regulars.kit.personal_data import Basis, Held

WITHOUT_A_NAME = "stays as a business record; after erasure its customer has no name"

HELD = {
    "Resource": Held("so that nobody is booked twice at a time", Basis.CONTRACT, WITHOUT_A_NAME),
    "Appointment": Held("to receive them", Basis.CONTRACT, WITHOUT_A_NAME),
    "BookedService": Held("to do what was agreed", Basis.CONTRACT, WITHOUT_A_NAME),
    "BookedStep": Held("to do what was agreed", Basis.CONTRACT, WITHOUT_A_NAME),
    "Occupancy": Held("so that nobody is booked twice at a time", Basis.CONTRACT, WITHOUT_A_NAME),
    "Change": Held("to settle who agreed to what", Basis.CONTRACT, WITHOUT_A_NAME),
}
