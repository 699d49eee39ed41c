"""python -m regulars.insight run DIR --as-of DATE --out OUT"""

import sys

from regulars.insight.cli import main

sys.exit(main())
