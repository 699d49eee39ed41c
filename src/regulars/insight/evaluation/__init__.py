"""How good a prediction was, measured on data it had not seen."""
