"""`python -m coview.cli`."""

import sys

from coview.cli import main

sys.exit(main())
