#!/bin/sh
# Chromium and a Chinese font for the browser tests, where this user may install them.
command -v chromium >/dev/null 2>&1 && fc-list 2>/dev/null | grep -qi cjk && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "installing Chromium and a Chinese font …"
    (apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk fontconfig) >/dev/null 2>&1 && exit 0
fi
echo "Chromium cannot be installed here: the browser tests will be skipped."
