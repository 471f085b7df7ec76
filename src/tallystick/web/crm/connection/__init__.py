"""CRM Connection Setup."""
