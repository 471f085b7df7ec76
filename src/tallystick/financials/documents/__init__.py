"""What documents add up to. Pure: no database, no clock."""
