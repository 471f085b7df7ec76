"""CRM Full Synch. Review: start a full synchronization and watch it."""
