"""The extensions in use, in the order in which what they add is shown."""

from tallystick.web.crm.extension import CRM
from tallystick.web.receivables.extension import RECEIVABLES
from tallystick.web.sales.extension import SALES
from tallystick.web.shell.extensions import Extension
from tallystick.web.trade import TRADE

EXTENSIONS: tuple[Extension, ...] = (SALES, RECEIVABLES, TRADE, CRM)
