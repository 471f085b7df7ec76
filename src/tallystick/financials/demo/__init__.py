"""A company to look at, and the Sales rows that go with it. The same seed gives the same data."""

from tallystick.financials.demo.company import build_demo_company
from tallystick.financials.demo.sales import demo_sales_accounts

__all__ = ["build_demo_company", "demo_sales_accounts"]
