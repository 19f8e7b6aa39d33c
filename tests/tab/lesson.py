"""What runs in the tab: connect, look around, page through records, meet errors, on every platform, without pandas."""

import json
import sys

import requests

import bionb
from bionb.errors import AuthenticationFailed, UsageError

LISTS = {"sodar": "projects", "sevenbridges": "projects", "torrentsuite": "chips", "odm": "studies"}
found = {"platform": sys.platform}
for name in bionb.platforms():
    client = bionb.connect(name, sandbox=True)
    found[name] = [client.whoami(), client.roots().first(1)[0].title, len(list(getattr(client, LISTS[name])()))]

bridges = bionb.connect("sevenbridges", sandbox=True)
found["pages"] = len({each["id"] for each in bridges.files("RFranklin/my-project", limit=7)})
sandbox = bionb.start_sandbox("sodar")
try:
    bionb.connect("sodar", sandbox.url("sodar"), token="wrong").whoami()
except AuthenticationFailed as error:
    found["wrong token"] = error.status
url, credentials = sandbox.url("sodar"), sandbox.credentials("sodar")
found["plain"] = requests.get(
    url + "/project/api/users/current", headers={"Authorization": f"token {credentials['token']}"}, timeout=5
).json()["username"]
try:
    bionb.connect("sodar", "https://sodar.example.org", token="none").whoami()
except UsageError as error:
    found["real server"] = str(error)
found["heavy"] = [each for each in ("pandas", "numpy", "matplotlib") if each in sys.modules]
print(json.dumps(found))
