"""Assisted Setup: the guides, and the guide Dynamics CRM Connection Setup step by step."""
