"""`$filter`: text becomes tokens, tokens a tree (`parsing`, `syntax`), and the tree a condition (`conditions`)."""
