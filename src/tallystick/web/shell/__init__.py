"""The frame around every page: who is asking and for which company, the navigation, what other parts add."""
