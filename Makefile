UV = .venv/bin/uv
lock:
	cd requirements && for f in base dev; do ../$(UV) pip compile -q --no-header --no-emit-index-url --no-emit-find-links --universal --python-version 3.11 $$f.in -o $$f.txt; done
