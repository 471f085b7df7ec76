"""`python -m tallystick.sandbox`."""

import sys

from tallystick.sandbox.server import main

sys.exit(main())
