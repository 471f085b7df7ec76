"""Couple Salespeople: salespeople and the users of Dynamics CRM side by side."""
