"""Which site may call the web services of a company from a browser: the environment it is connected with, while it is."""

from django.test import Client

from tallystick.financials.services import companies
from tallystick.integration.models import Connection

ENVIRONMENT = "https://contoso.crm4.dynamics.com"


def allowed(slug: str, origin: str = ENVIRONMENT) -> bool:
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    answer = Client(headers=asked).generic("OPTIONS", f"/odata/{slug}/Items")
    assert answer.status_code == 204
    return answer.headers.get("Access-Control-Allow-Origin") == origin


def test_the_connected_environment_may_call_while_the_connection_is_on(db: None) -> None:
    alpha, beta = (companies.create_company(name, experience="Suite") for name in ("Alpha", "Beta"))
    assert not allowed(alpha.slug)
    connection = Connection.objects.create(company=alpha, address=ENVIRONMENT, enabled=True)
    assert allowed(alpha.slug)
    assert not allowed(alpha.slug, "https://fabrikam.crm4.dynamics.com")
    assert not allowed(beta.slug), "each company has its own"
    connection.address = "https://fabrikam.crm4.dynamics.com/Fabrikam"
    connection.save()
    assert not allowed(alpha.slug)
    assert allowed(alpha.slug, "https://fabrikam.crm4.dynamics.com")
    connection.enabled = False
    connection.save()
    assert not allowed(alpha.slug, "https://fabrikam.crm4.dynamics.com")
