"""The extensions in use, in the order in which what they add is shown."""

from tallystick.web.crm.extension import CRM
from tallystick.web.shell.extensions import Extension
from tallystick.web.trade import TRADE

EXTENSIONS: tuple[Extension, ...] = (TRADE, CRM)
