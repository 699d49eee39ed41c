"""Settings of the test suite: an embedded server of its own, without fsync."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
os.environ.setdefault("REGULARS_VAR", str(ROOT / "var" / "test"))
os.environ["REGULARS_BUSINESS"] = "test"
os.environ["REGULARS_TEST_SERVER"] = "1"

from regulars.site.settings import *  # noqa: E402, F403
from regulars.site.settings import DATABASES  # noqa: E402

DATABASES["default"]["TEST"] = {"TEMPLATE": "test"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
