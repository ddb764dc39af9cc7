"""API keys of all kinds, and what an account may do (VENUE §2.1)."""

from ltsys.simulator.box import Box
from ltsys.simulator.http import Request, Router


class AuthRoutes:
    """Keys are made, told, listed and forgotten by the key ring."""

    def __init__(self, box: Box) -> None:
        """Answer out of this box."""
        self._box = box

    def install(self, router: Router) -> None:
        """Add the paths."""
        keys = self._box.keys
        router.add("POST", "/auth/api-key", keys.create)
        router.add("GET", "/auth/derive-api-key", keys.derive)
        router.add("GET", "/auth/api-keys", keys.listing)
        router.add("DELETE", "/auth/api-key", keys.delete)
        router.add("POST", "/auth/readonly-api-key", keys.create_readonly)
        router.add("GET", "/auth/readonly-api-keys", keys.readonly_listing)
        router.add("DELETE", "/auth/readonly-api-key", keys.delete_readonly)
        router.add("POST", "/auth/builder-api-key", keys.create_builder)
        router.add("GET", "/auth/builder-api-key", keys.builder_listing)
        router.add("DELETE", "/auth/builder-api-key", keys.revoke_builder)
        router.add("GET", "/auth/ban-status/closed-only", self.closed_only)

    def closed_only(self, request: Request) -> object:
        """Whether the caller may only sell."""
        key = self._box.keys.authenticate_reader(request)
        standing = self._box.exchange.accounts.standing(key.address)
        return {"closed_only": standing == "closed_only"}
