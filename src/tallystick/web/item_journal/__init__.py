"""The item journal: adjusting stock, and posting what was entered."""
