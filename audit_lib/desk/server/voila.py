"""Settings of the readers' server: this machine alone, no outside source in any page."""

import os

c = get_config()  # noqa: F821, given by the server that reads this file

# Every account of this machine can ask a port of it: the address carries a token of this start,
# or one from the environment, which a proxy in front can be told.
c.Voila.auto_token = True
if os.environ.get("AUDIT_DESK_TOKEN"):
    c.Voila.token = os.environ["AUDIT_DESK_TOKEN"]

POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'self'"
)

c.Voila.tornado_settings = {"headers": {"Content-Security-Policy": POLICY}}
c.KernelManager.transport_encryption = "required"
