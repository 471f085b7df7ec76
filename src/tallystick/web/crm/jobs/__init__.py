"""Integration Synch. Jobs and their errors."""
