"""What is wrong, and what to do about it: everything between Financials and Dynamics CRM looked at, changing nothing.

- `ground`    what can be looked at without a database: settings, home, disk, keys
- `store`     the database, the job store and the workers
- `company`   a company, its connection, and the environment it leads to

Each gives findings, problems or not, and none raises: whatever is broken, the rest is still looked at. `ground` loads
nothing of Django, so that it works where Django cannot be loaded."""

from tallystick.dataverse import Finding, Outcome

__all__ = ["Finding", "Outcome"]
