"""`python -m ltsys.simulator`."""

from ltsys.simulator.server import main

raise SystemExit(main())
