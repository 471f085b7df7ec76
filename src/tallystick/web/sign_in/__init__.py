"""Signing in with a password or a one-time link, signing out, changing the password."""
