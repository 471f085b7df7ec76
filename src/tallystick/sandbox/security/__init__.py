"""Who may do what: rights of users through their roles, and the checks that every read and write goes through."""
