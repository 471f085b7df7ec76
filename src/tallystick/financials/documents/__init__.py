"""What documents add up to, and when they are due. Pure: no database, no clock."""
