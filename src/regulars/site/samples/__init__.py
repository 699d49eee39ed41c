"""The sample businesses: an invented salon, and The Complete Journey, a year of a real grocer."""
