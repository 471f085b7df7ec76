import pytest

from tallystick.dataverse import parse_address
from tallystick.engine import SetupError


@pytest.mark.parametrize(
    ("typed", "organization"),
    [
        ("https://contoso.crm4.dynamics.com", "https://contoso.crm4.dynamics.com"),
        (" https://contoso.crm4.dynamics.com/ ", "https://contoso.crm4.dynamics.com"),
        ("https://contoso.crm4.dynamics.com/main.aspx?appid=1&pagetype=x", "https://contoso.crm4.dynamics.com"),
        ("https://contoso.crm4.dynamics.com/api/data/v9.2/", "https://contoso.crm4.dynamics.com"),
        ("https://crm.contoso.com:444/Contoso/", "https://crm.contoso.com:444/Contoso"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_what_people_paste_leads_to_the_organization(typed: str, organization: str) -> None:
    address = parse_address(typed)
    assert (address.organization, address.api) == (organization, f"{organization}/api/data/v9.2/")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("contoso.crm4.dynamics.com", "is not an address"),
        ("ftp://contoso.crm4.dynamics.com", "is not an address"),
        ("", "is not an address"),
        ("https://", "is not an address"),
        ("http://contoso.crm4.dynamics.com", "is not encrypted"),
        ("http://127.0.0.1.evil.example", "is not encrypted"),
        ("https://me:word@contoso.crm4.dynamics.com", "must not hold a user name"),
    ],
)
def test_what_is_no_safe_address_is_refused_with_a_remedy(typed: str, told: str) -> None:
    with pytest.raises(SetupError) as caught:
        parse_address(typed)
    assert told in caught.value.what
    assert caught.value.hint
