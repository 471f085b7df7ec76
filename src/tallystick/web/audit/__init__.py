"""Changes of settings: who changed what, when, from what to what."""
