"""Sales that may come about."""

from tallystick.financials.fields import Choice, Field, Kind
from tallystick.financials.table import Table, code, day, money, of, percent, text

OPPORTUNITY = Table(
    "opportunity",
    "Opportunity",
    "Opportunities",
    model="Opportunity",
    key=("no",),
    title="description",
    numbered=True,
    fields=(
        code("no", "No.", 20, listed=True, searched=True, help="Left empty, the next number of the series is taken."),
        text("description", "Description", 100, required=True, listed=True, searched=True),
        of("contact", "contact_no", "Contact No.", required=True, listed=True, help="With whom it may come about."),
        of(
            "contact",
            "contact_company_no",
            "Contact Company No.",
            listed=True,
            help="Left empty, the company the contact is or works for.",
        ),
        of("salesperson", "salesperson_code", "Salesperson Code", listed=True, help="Left empty, that of the contact."),
        Field(
            "status",
            "Status",
            Kind.CHOICE,
            max_length=15,
            default="Not Started",
            listed=True,
            choices=tuple(Choice(word, word) for word in ("Not Started", "In Progress", "Won", "Lost")),
        ),
        Field(
            "sales_cycle_stage",
            "Sales Cycle Stage",
            Kind.CHOICE,
            max_length=20,
            listed=True,
            choices=(
                Choice("", "None"),
                *(Choice(word, word) for word in ("Qualification", "Presentation", "Proposal", "Sign Contract")),
            ),
        ),
        Field(
            "priority",
            "Priority",
            Kind.CHOICE,
            max_length=10,
            default="Normal",
            choices=tuple(Choice(word, word) for word in ("Low", "Normal", "High")),
        ),
        money("estimated_value", "Estimated Value (LCY)", minimum=0, listed=True),
        percent("probability_percent", "Probability %", listed=True),
        day("estimated_closing_date", "Estimated Closing Date", listed=True),
        day("creation_date", "Creation Date", help="Left empty, today."),
        day("date_closed", "Date Closed", help="When it was won or lost; left empty then, today."),
        text("close_reason", "Close Reason", 100, help="Why it was won or lost."),
    ),
)
