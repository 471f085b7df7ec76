"""Purchase orders: their lines, and receiving what came."""
