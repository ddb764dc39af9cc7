"""Every answer of the simulator against the venue's own documents.

The documents are compared strictly: a field that they do not have counts as a difference, as does
a status. What practice is known to do otherwise stands in one table; nothing else may differ, and
no row of the table may be idle.
"""

import re
from functools import cache
from http import HTTPStatus

import pytest
import spec_calls_clob
import spec_calls_data
import spec_calls_gamma
import spec_calls_relayer
from spec_differences import KNOWN, NOT_SERVED
from spec_documents import document
from spec_scene import Call, Scene

CALLS = [
    *spec_calls_clob.CALLS,
    *spec_calls_gamma.CALLS,
    *spec_calls_data.CALLS,
    *spec_calls_relayer.CALLS,
]


@cache
def scene():
    """The venue that is asked."""
    return Scene()


@cache
def answers():
    """Status and body of every call, made one after another to one venue."""
    return [scene().make(call) for call in CALLS]


def differences(number):
    """How one answer differs from its document."""
    call, (status, body) = CALLS[number], answers()[number]
    return document(call.document).of_answer(call.operation, status, body)


@pytest.mark.parametrize("number", range(len(CALLS)), ids=map(str, CALLS))
def test_an_answer_is_as_the_document_says(number):
    """Status, types, required fields, formats; and no field that the document lacks."""
    status, body = answers()[number]

    assert status == CALLS[number].status, body
    assert differences(number) <= {row.difference for row in KNOWN}


def test_no_known_difference_is_idle():
    """A row that no answer needs any more has to go."""
    found = set().union(*map(differences, range(len(CALLS))))

    rows = {row.difference for row in KNOWN if not row.document.startswith("asyncapi")}
    assert rows <= found


@pytest.mark.parametrize("name", NOT_SERVED)
def test_every_operation_is_served_or_excused(name):
    """The list of what is left out is exact: nothing on it is served, nothing off it is missing."""
    served = {
        call.operation for call in CALLS if call.document == name and call.status == HTTPStatus.OK
    }

    assert set(document(name).operations) - served == NOT_SERVED[name].keys()


@pytest.mark.parametrize(
    ("name", "operation"), [(name, each) for name, table in NOT_SERVED.items() for each in table]
)
def test_what_is_excused_is_not_there(name, operation):
    """A client is told that there is no such thing."""
    path = re.sub(r"\{\w+\}", "1", operation.split(" ")[1])

    assert scene().make(Call(document=name, operation=operation, path=path))[0] in {404, 405}
