"""What the tables look like, a file for each part of the trade. `tables` gathers them."""
