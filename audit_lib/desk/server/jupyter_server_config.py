"""Settings of the desk's own server: bound to this machine, no terminal, no outside request."""

import os

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
# Helpers for programmers, which look for other programs of the machine at each start.
c.ServerApp.jpserver_extensions = {
    "jupyterlab": True,
    "jupyter_lsp": False,
    "jupyter_server_terminals": False,
}
# A hash made by `python -m jupyter_server.auth`, in the environment and not in the command, which
# every account of the machine can list. Without one, the address carries a token of this start.
c.PasswordIdentityProvider.allow_password_change = False
if os.environ.get("AUDIT_DESK_PASSWORD"):
    c.PasswordIdentityProvider.hashed_password = os.environ["AUDIT_DESK_PASSWORD"]
    c.PasswordIdentityProvider.password_required = True
    c.IdentityProvider.token = ""
