"""The web server, the same embedded and served. Only the proxy may reach it."""

import os

bind = os.environ.get("COCORA_BIND", f"127.0.0.1:{os.environ.get('COCORA_PORT', '8000')}")
workers = int(os.environ.get("COCORA_WEB_WORKERS", "2"))
threads = int(os.environ.get("COCORA_WEB_THREADS", "8"))
worker_class = "gthread"
# The application is loaded once and shared by the workers: half the time to start.
preload_app = True
timeout = 60
graceful_timeout = 8
# Headers spelled unlike a proxy's are dropped, and no second server listens for control.
header_map = "drop"
control_socket_disable = True
errorlog = "-"
loglevel = "warning"
