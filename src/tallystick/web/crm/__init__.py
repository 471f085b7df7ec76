"""The integration with Dynamics CRM as people see it: its pages, and what they add to the pages of Financials."""
