"""Settings of the desk's own server: bound to this machine, no terminal, no outside request."""

c = get_config()  # noqa: F821, given by the server that reads this file

POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'self'"
)

c.ServerApp.ip = "127.0.0.1"
c.ServerApp.allow_remote_access = False
c.ServerApp.terminals_enabled = False
c.ServerApp.allow_origin = ""
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": POLICY}}
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
c.KernelManager.transport_encryption = "required"
c.FileContentsManager.delete_to_trash = False
