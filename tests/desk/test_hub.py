"""One hub, two local users of two teams: each signs in, works as itself, and reads its court.

JupyterHub is an extra of the project (docs/desk.zh-CN.md); without it this file says so and skips.
"""

import grp
import http.cookiejar
import importlib.util
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import pytest
from desk_round import COURT, DAY, make_place

OTHER = "鲁0911"
TEAMS = {"audit_hub_east": COURT, "audit_hub_west": OTHER}
USERS = {"audit_h_east": "audit_hub_east", "audit_h_west": "audit_hub_west"}
PASSWORD = "督查-" + uuid.uuid4().hex


def lacking() -> str:
    """Return what is missing to try a hub here, or nothing."""
    if importlib.util.find_spec("jupyterhub") is None:
        return (
            "JupyterHub is not installed (an extra: pip install jupyterhub configurable-http-proxy)"
        )
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("useradd"):
        return "only root of a Linux machine can make the two users that the hub is tried with"
    python = Path(sys.executable).resolve()
    closed = [p for p in python.parents if not p.stat().st_mode & 0o001]
    if closed:
        return f"other accounts may not run this Python: {closed[0]} is closed to them"
    if not Path(sys.executable).with_name("configurable-http-proxy").exists():
        return "no configurable-http-proxy beside this Python"
    return ""


@pytest.fixture(scope="module")
def hub(tmp_path_factory, root):
    if lacking():
        pytest.skip(lacking())
    made = subprocess.check_output(["mktemp", "-d", "/tmp/desk-hub-XXXXXX"], text=True)
    base = Path(made.strip())
    base.chmod(0o755)
    server = None
    try:
        for user, group in USERS.items():
            subprocess.run(["groupadd", "-f", group], check=True)
            subprocess.run(["useradd", "-m", "-N", "-g", group, "-s", "/bin/sh", user], check=True)
        said = "".join(f"{user}:{PASSWORD}\n" for user in USERS)
        subprocess.run(["chpasswd"], input=said, text=True, check=True)
        environment = lay_out(base, make_place(tmp_path_factory, root), root)
        with socket.socket() as one, socket.socket() as two, socket.socket() as three:
            ports = []
            for free in (one, two, three):
                free.bind(("127.0.0.1", 0))
                ports.append(free.getsockname()[1])
        address = f"http://127.0.0.1:{ports[0]}"
        config = root / "audit_lib" / "desk" / "server" / "jupyterhub_config.py"
        log = (base / "hub.log").open("wb")
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config),
             f"--JupyterHub.hub_port={ports[1]}",
             f"--ConfigurableHTTPProxy.api_url=http://127.0.0.1:{ports[2]}"],
            cwd=base / "run", env=environment | {"AUDIT_HUB_ADDRESS": address},
            stdout=log, stderr=log,
        )  # fmt: skip
        wait_for(server, address, base / "hub.log")
        yield address, base
    finally:
        if server is not None:
            server.terminate()
            server.wait(30)
        for user in USERS:
            subprocess.run(["userdel", "-r", user], check=False, capture_output=True)
        for group in TEAMS:
            subprocess.run(["groupdel", group], check=False, capture_output=True)
        shutil.rmtree(base, ignore_errors=True)


def lay_out(base: Path, place: Path, root: Path) -> dict[str, str]:
    """Make the hub's folder from the prepared round, shared to the two teams."""
    from audit_lib.desk.teams import share_desk

    shutil.copytree(place / "record", base / "record")
    (base / "record").chmod(0o755)
    (tables,) = (place / "desk" / "tables").iterdir()
    shutil.copytree(tables, base / "desk" / "tables" / tables.name)
    shutil.copytree(root / "parameters", base / "parameters")
    path = base / "parameters" / "desk.yaml"
    teams = "teams: {" + ", ".join(f"{team}: [{court}]" for team, court in TEAMS.items()) + "}"
    path.write_text(path.read_text("utf-8").replace("\nteams: {}", "\n" + teams), "utf-8")
    (base / "notebooks").mkdir()
    text = (root / "notebooks" / "inspection_desk.ipynb").read_text("utf-8")
    text = text.replace("../data/record/2016-12-28", str(base / "record" / DAY))
    (base / "notebooks" / "inspection_desk.ipynb").write_text(text, "utf-8")
    (base / "run").mkdir(mode=0o700)
    share_desk(
        base / "record" / DAY, base / "desk" / "tables" / tables.name, base / "desk",
        {team: [court] for team, court in TEAMS.items()},
    )  # fmt: skip
    return os.environ | {
        "AUDIT_DESK_FOLDER": str(base / "desk"), "AUDIT_PARAMETERS": str(base / "parameters"),
        "AUDIT_NOTEBOOKS": str(base / "notebooks"), "AUDIT_DESK_URL": "",
        "PYTHONPATH": os.pathsep.join([str(root), *filter(None, sys.path)]),
    }  # fmt: skip


def wait_for(server, address: str, log: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/hub/login", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the hub did not come up; it said:\n{log.read_text(errors='replace')}")


class Person:
    """One inspector at the hub, by the pages a browser would ask."""

    def __init__(self, address: str, name: str, log: Path):
        self.address, self.name, self.log = address, name, log
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def ask(self, path: str, data: dict | None = None, body=None, timeout=60) -> str:
        sent = None
        headers = {}
        if data is not None:
            sent = urllib.parse.urlencode(data | {"_xsrf": self.xsrf(path)}).encode()
        if body is not None:
            sent = json.dumps(body).encode()
            headers = {"Content-Type": "application/json", "X-XSRFToken": self.xsrf(path)}
        request = urllib.request.Request(self.address + path, sent, headers)
        with self.opener.open(request, timeout=timeout) as said:
            return said.read().decode()

    def xsrf(self, path: str) -> str:
        found = [c for c in self.jar if c.name == "_xsrf" and path.startswith(c.path.rstrip("/"))]
        return max(found, key=lambda c: len(c.path)).value if found else ""

    def sign_in(self, password: str = PASSWORD) -> str:
        self.ask("/hub/login")
        return self.ask("/hub/login", {"username": self.name, "password": password})

    def start(self) -> None:
        self.ask("/hub/spawn", timeout=120)
        until = time.monotonic() + 120
        while time.monotonic() < until:
            page = self.ask(f"/user/{self.name}/lab", timeout=120)
            if "jupyter-config-data" in page:
                return
            time.sleep(0.5)
        pytest.fail(f"no server for {self.name}:\n{self.log.read_text(errors='replace')[-5000:]}")

    def run(self, code: str) -> str:
        """Run code in a kernel of this person's server, and return what it printed."""
        import websocket

        kernel = json.loads(self.ask(f"/user/{self.name}/api/kernels", body={}))["id"]
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.jar)
        line = websocket.create_connection(
            f"{self.address.replace('http', 'ws')}/user/{self.name}/api/kernels/{kernel}/channels",
            cookie=cookies, timeout=120, suppress_origin=True,
        )  # fmt: skip
        message = {
            "header": {"msg_id": uuid.uuid4().hex, "username": "", "session": uuid.uuid4().hex,
                       "msg_type": "execute_request", "version": "5.3"},
            "parent_header": {}, "metadata": {}, "channel": "shell",
            "content": {"code": code, "silent": False, "store_history": False,
                        "user_expressions": {}, "allow_stdin": False},
        }  # fmt: skip
        line.send(json.dumps(message))
        printed, ended = [], set()
        # The answer and what was printed come by two ways: either may be the first.
        while ended != {"reply", "idle"}:
            said = json.loads(line.recv())
            if said["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if said["msg_type"] == "stream":
                printed.append(said["content"]["text"])
            if said["msg_type"] == "error":
                printed.append("\n".join(said["content"]["traceback"]))
            if said["msg_type"] == "execute_reply":
                ended.add("reply")
            if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
                ended.add("idle")
        line.close()
        return "".join(printed)


TRY = """
import os, pwd
from pathlib import Path
from audit_lib.desk import Desk, find_store, open_data
data = open_data({snapshot!r}, "2016-12")
desk = Desk(data, "zh", find_store())
closed = 0
for path in {closed!r}:
    try:
        list(Path(path).iterdir())
    except PermissionError:
        closed += 1
print("RESULT", pwd.getpwuid(os.getuid()).pw_name, sorted(data.courts), desk.form.author.value,
      desk.form.author.disabled, len(desk.cases.options), closed)
"""


def test_each_of_two_users_works_as_itself_and_sees_the_courts_of_its_team(hub):
    address, base = hub
    for name, group in USERS.items():
        mine, other = TEAMS[group], next(c for t, c in TEAMS.items() if t != group)
        person = Person(address, name, base / "hub.log")
        person.sign_in()
        person.start()
        closed = [p for p in base.rglob(f"*{other}") if p.is_dir() and p.parent.name != "courts"]
        closed += [p for p in (base / "desk" / "teams").iterdir() if p.name != group]
        code = TRY.format(snapshot=str(base / "record" / DAY), closed=[str(p) for p in closed])
        said = person.run(code)
        found = re.search(r"RESULT (\S+) (\[.*?\]) (\S+) (\S+) (\d+) (\d+)", said)
        assert found, said
        assert found[1] == name and found[2] == f"['{mine}']"
        assert (found[3], found[4]) == (name, "True")
        assert int(found[5]) > 0 and int(found[6]) == len(closed) > 10
        assert pwd.getpwnam(name).pw_gid == grp.getgrnam(group).gr_gid


WRITE = """
import datetime
from audit_lib.desk import Desk, find_store, open_data
desk = Desk(open_data({snapshot!r}, "2016-12"), "zh", find_store())
desk.cases.value = desk.cases.options[0][1]
desk.form.fields["examined"].value = ("passive",)
desk.form.fields["inspected_on"].value = datetime.date(2016, 12, 29)
desk.form.fields["reason"].value = "补充"
desk.form.fields["note"].value = {note!r}
draft = desk.form.told.value
desk.form._decide()
print("RESULT", len(desk.cases.options), desk.cases.value in desk.head.value,
      desk.form.fields["note"].value == {note!r}, draft, desk.form.told.value)
"""


def test_where_the_account_may_not_write_the_list_stays_and_saving_says_so(hub):
    address, base = hub
    name, group = next(iter(USERS.items()))
    person = Person(address, name, base / "hub.log")
    person.sign_in()
    person.start()
    folder = base / "desk" / "teams" / group
    code = WRITE.format(snapshot=str(base / "record" / DAY), note="可写时所写")
    said = person.run(code)
    assert "草稿已存" in said and "已保存" in said
    kept = {path: path.stat().st_mode for path in [folder, *folder.glob("decisions.sqlite*")]}
    assert len(kept) > 1
    for path, mode in kept.items():
        path.chmod(mode & ~0o222)
    try:
        said = person.run(code.replace("可写时所写", "只读时所写"))
    finally:
        for path, mode in kept.items():
            path.chmod(mode)
    found = re.search(r"RESULT (\d+) True True (.*)", said)
    assert found and int(found[1]) > 0, said
    assert found[2].count("不允许写入") == 2


def test_a_wrong_password_opens_nothing(hub):
    address, base = hub
    person = Person(address, "audit_h_east", base / "hub.log")
    with pytest.raises(urllib.error.HTTPError) as refused:
        person.sign_in("falsch")
    assert refused.value.code == 403
