"""ZOO_MENDED=1 gives each program with the fix that its real model got."""

import os

MENDED = os.environ.get("ZOO_MENDED") == "1"
