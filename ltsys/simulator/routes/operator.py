"""Who may pass the operator's door."""

import hmac

from ltsys.simulator.http import Handler, Request
from ltsys.simulator.venue_error import VenueError


def operator_only(token: str, handler: Handler) -> Handler:
    """The handler, for those who know the token; compared in constant time."""
    expected = f"Bearer {token}".encode()

    def answer(request: Request) -> object:
        given = request.header(b"authorization").encode()
        if not hmac.compare_digest(given, expected):
            raise VenueError(401, "Unauthorized")
        return handler(request)

    return answer


def json_object(request: Request) -> dict[str, object]:
    """The body, which must be a JSON object that says something.

    Raises:
        VenueError: if it is not.
    """
    payload = request.json()
    if not isinstance(payload, dict) or not payload:
        raise VenueError(400, "a JSON object is wanted")
    return payload
