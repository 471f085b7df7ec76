"""Opportunities: sales that may come about."""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, money, percentage, reference, text


class Opportunity(MasterRecord):
    """A sale that may come about with a contact. Amounts are in the local currency."""

    no = models.CharField(max_length=20)
    description = text(100)
    contact = reference("financials.Contact", index=True)
    contact_company = reference("financials.Contact", index=True)
    salesperson = reference("financials.Salesperson")
    status = models.CharField(max_length=15, default="Not Started", db_default="Not Started")
    sales_cycle_stage = text(20)
    priority = models.CharField(max_length=10, default="Normal", db_default="Normal")
    estimated_value = money()
    probability_percent = percentage()
    estimated_closing_date = models.DateField(null=True, blank=True)
    creation_date = models.DateField(null=True, blank=True)
    date_closed = models.DateField(null=True, blank=True)
    close_reason = text(100)

    class Meta:
        verbose_name_plural = "opportunities"
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_opportunity_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.description}"
