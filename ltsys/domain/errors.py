"""Errors, each named by what its caller may do next (STYLE §6).

All of them survive pickling: every argument is passed on to `Exception`.
"""


class LtsysError(Exception):
    """Anything ltsys raises on purpose."""


class VenueRejectedError(LtsysError):
    """They proved it did not happen: record it, never resend."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class VenueUnavailableError(LtsysError):
    """It provably never took effect: the same request may be made again, later."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text, retry_after_s)
        self.text = text
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return self.text


class OutcomeUnknownError(LtsysError):
    """It may have happened: mark it unknown, then ask."""


class MalformedAnswerError(LtsysError):
    """The venue answered a read with something we cannot trust; nothing follows from it."""


class StaleWriteError(LtsysError):
    """Somebody moved the row, or took the cash, first: reload and decide again."""


class AlreadyRecordedError(LtsysError):
    """This key exists: success, nothing to do."""


class IllegalTransitionError(LtsysError):
    """The table of transitions has no such row: stop this order and alert."""


class HaltedError(LtsysError):
    """Trading is stopped: leave the work queued."""


class RefusedError(LtsysError):
    """What an operator asked for would not be safe: nothing was changed."""


class SettingsError(LtsysError):
    """A setting is wrong or missing: refuse to start."""
