"""JupyterHub as ``./bench platform`` runs it: its defaults, on this machine's loopback alone, with no password and no user of the system."""

import json
import os

c = get_config()  # noqa: F821
bench = json.loads(os.environ["EMBERLAB_BENCH_HUB"])

c.JupyterHub.bind_url = f"http://127.0.0.1:{bench['port']}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{bench['hubPort']}"
c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
c.ConfigurableHTTPProxy.command = bench["proxy"]
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{bench['proxyApiPort']}"

c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.services = [{"name": "bench", "api_token": bench["token"]}]
scopes = ["admin:users", "admin:servers", "admin:groups"]
c.JupyterHub.load_roles = [{"name": "bench", "services": ["bench"], "scopes": scopes}]

# A process for each server, as this user.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.path.join(
    os.getcwd(), "homes", "{username}"
)
c.Spawner.environment = {"JUPYTER_CONFIG_DIR": os.getcwd()}


def choose(spawner):
    """What to start: JupyterLab, or the light server in its place."""
    light = spawner.user_options.get("kind") == "light"
    spawner.cmd = bench["light"] if light else bench["jupyter"]
    spawner.args = [] if light else ["--allow-root"]


c.Spawner.pre_spawn_hook = choose
