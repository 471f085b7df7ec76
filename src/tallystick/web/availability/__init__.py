"""Item Availability: what there is of items, and when that changes."""
