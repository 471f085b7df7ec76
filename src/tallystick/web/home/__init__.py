"""Home, the role centre: how much there is, where to go, what changed."""
