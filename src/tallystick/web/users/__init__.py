"""Who may work in a company, and as what."""
