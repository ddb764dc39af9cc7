"""A planted bug: after a lost answer the order is signed anew and sent again."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from resending import resend_when

resend_when(lambda said: "no answer from" in said)
