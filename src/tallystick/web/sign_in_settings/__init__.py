"""How people sign in to this installation: second factor, passwords, Microsoft Entra ID."""
