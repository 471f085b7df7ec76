"""Customer statistics and the charts of Home."""
