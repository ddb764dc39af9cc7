"""A refusal in the venue's own words."""

from collections.abc import Mapping


class VenueError(Exception):
    """The request is refused with this status and text (VENUE §6).

    `kind` classes the text for the operator's counts; `extra` joins the body, `headers`
    the response's own. The texts for mistakes in a query or a path are guesses throughout:
    the documents tell their statuses.
    """

    def __init__(
        self,
        status: int,
        text: str,
        *,
        kind: str = "",
        extra: Mapping[str, str | int] | None = None,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text
        self.kind = kind or text
        self.extra = extra or {}
        self.headers = headers

    def body(self) -> dict[str, str | int]:
        """What goes over the wire."""
        return {"error": self.text, **self.extra}


def bad_payload() -> VenueError:
    """The order cannot even be read."""
    return VenueError(400, "Invalid order payload", kind="payload")
