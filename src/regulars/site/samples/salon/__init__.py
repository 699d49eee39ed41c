"""青禾美学, an invented salon. The same seed, size and day give the same salon to the last row.

Nobody in it exists. Phone numbers begin with 154, 161, 163, 164, 168 or 169, which no carrier has
given out; e-mail addresses end in example.com, which is reserved; WeChat ids begin with `sample_`.
"""
