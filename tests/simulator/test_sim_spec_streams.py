"""Every message of the streams against the venue's own AsyncAPI documents (VENUE §13)."""

import pytest
from spec_differences import KNOWN
from spec_documents import document
from spec_streams import EVENTS, heard


def differences(event_type):
    """How the messages of one type differ from their schema."""
    name, schema = EVENTS[event_type]
    messages = heard()[event_type]
    return set().union(*(document(name).of_message(schema, message) for message in messages))


@pytest.mark.parametrize("event_type", EVENTS)
def test_a_message_is_as_the_document_says(event_type):
    """Each type is heard at least once, and differs in nothing that is not in the table."""
    assert heard()[event_type]
    assert differences(event_type) <= {row.difference for row in KNOWN}


def test_nothing_undocumented_is_said():
    """No event type but the documented ones."""
    assert heard().keys() <= EVENTS.keys()


def test_no_known_difference_of_the_streams_is_idle():
    """A row that no message needs any more has to go."""
    rows = {row.difference for row in KNOWN if row.document.startswith("asyncapi")}

    assert rows <= set().union(*map(differences, EVENTS))


def test_a_trade_goes_through_every_step_of_its_settlement():
    """MATCHED, MINED, CONFIRMED: one message a step (VENUE §13.2)."""
    steps = [message["status"] for message in heard()["trade"]]

    assert list(dict.fromkeys(steps)) == ["MATCHED", "MINED", "CONFIRMED"]
