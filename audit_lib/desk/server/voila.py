"""Settings of the readers' server: this machine alone, no outside source in any page."""

c = get_config()  # noqa: F821, given by the server that reads this file

POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'self'"
)

c.Voila.tornado_settings = {"headers": {"Content-Security-Policy": POLICY}}
c.KernelManager.transport_encryption = "required"
