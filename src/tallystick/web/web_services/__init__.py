"""Web Services: what a company publishes to programs, and the keys that open it."""
