"""The settings of a company, and the list of companies."""
