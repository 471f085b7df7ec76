"""The search box on top of every page: records by number, name or phone, and pages by their name."""
