"""A planted bug: a server's error counts as a refusal, and the order is placed once more."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from resending import resend_when

resend_when(lambda said: "no answer from" not in said)
