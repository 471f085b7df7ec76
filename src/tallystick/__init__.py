"""Tallystick couples a finance system with Dynamics 365 Sales and keeps both halves matching."""
