"""Which sites may call a company's web services from a browser: the Dynamics environment it is connected with."""

from collections.abc import Sequence

from tallystick.integration.models import Connection


def allowed_origins(company: str) -> Sequence[str]:
    """Return the address of the environment of the company with that short name, while the connection is on. One query.

    The setting `ODATA_ALLOWED_ORIGINS` names this function. It asks every time: nothing can be out of date."""
    return list(Connection.objects.filter(company__slug=company, enabled=True).values_list("address", flat=True))
