"""Customer lifetime value: purchases and money ahead with intervals, chance of being a customer.

Members (BG/NBD and its kin, Pareto/NBD, plain rates, boosted trees) are judged on dates whose
outcome is known and blended by what was best there. See ``docs/developer/models/clv.md``.
"""

from regulars.insight.models.clv.fitting import fit
from regulars.insight.models.clv.members import MEMBERS
from regulars.insight.models.clv.model import COLUMNS
from regulars.insight.models.clv.value import CustomerValue

__all__ = ["COLUMNS", "MEMBERS", "CustomerValue", "fit"]
