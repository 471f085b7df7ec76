"""The history of both sides, and taking an edit back."""
