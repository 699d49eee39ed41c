"""One module per work; each declares ``WORK``, see ``benchmarks.work``."""
