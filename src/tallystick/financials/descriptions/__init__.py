"""What the tables of master data look like, a file for each part of the trade. `tables` gathers them."""
