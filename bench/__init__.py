"""Measures what the product promises about speed and memory, each figure next to its bound from the same run.

`python -m bench` prints the table; medians and ratios of interleaved rounds, because no machine is quiet."""
