"""One hub for a court's inspection teams: local accounts, each working as itself.

Read by ``jupyterhub -f``. ``AUDIT_DESK_FOLDER`` names the folder that was shared by
``audit desk --prepare … --share``; what else can be set is said in docs/desk.zh-CN.md.
"""

import os
import sys
from pathlib import Path

from audit_lib.desk.hub import environment_of, groups_of
from audit_lib.desk.settings import desk_folder, load_desk_settings

c = get_config()  # noqa: F821, given by the hub that reads this file

# Behind the court's own HTTPS; never open to the network by itself.
c.JupyterHub.bind_url = os.environ.get("AUDIT_HUB_ADDRESS", "http://127.0.0.1:8000")
c.JupyterHub.authenticator_class = "pam"
# An account signs in only where one of its groups is a team.
c.PAMAuthenticator.allowed_groups = set(load_desk_settings().teams)
c.PAMAuthenticator.open_sessions = False
c.PAMAuthenticator.admin_groups = set()
c.Authenticator.admin_users = set()

# What the hub knows of who is signed in is nobody else's to read.
_own = desk_folder() / "hub"
_own.mkdir(parents=True, exist_ok=True)
_own.chmod(0o700)
c.JupyterHub.db_url = f"sqlite:///{_own / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(_own / "jupyterhub_cookie_secret")

# The proxy that comes with the hub's environment, in Node or in Python.
_proxy = Path(sys.executable).with_name("configurable-http-proxy")
if _proxy.exists():
    c.ConfigurableHTTPProxy.command = [str(_proxy)]

# Each server runs under the account that signed in: what it may read, the system decides.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [sys.executable, "-m", "audit_lib.desk.hub"]
c.Spawner.default_url = "/lab/tree/inspection_desk.ipynb"
c.Spawner.env_keep = ["PATH", "LANG", "LC_ALL"]
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120


def place_team(spawner):
    """Give the server its team's folder, and no other's."""
    name = spawner.user.name
    spawner.environment.update(environment_of(name, groups_of(name), desk_folder()))


c.Spawner.pre_spawn_hook = place_team
