"""Random requests by our own description: no answer is a 500, and none breaks its schema."""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from api_made import OWNER, people
from fresh import fresh_services
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from ltsys.web.app import create_app

APP = create_app()
SCHEMA = schemathesis.openapi.from_dict(APP.openapi())
SCHEMA.app = APP
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def token(module_database_url, servers, tmp_path_factory) -> Iterator[str]:
    """Of somebody with something of everything; the system stays up for the whole module."""
    ours = {
        "LTSYS_DATABASE_URL": module_database_url,
        "LTSYS_REDIS_URL": f"{servers.redis_url.rpartition('/')[0]}/14",
        "LTSYS_CLOCK": "machine",
        "LTSYS_HALT_FILE": str(tmp_path_factory.mktemp("halts") / "halt"),
    }
    with pytest.MonkeyPatch.context() as patched:
        for name, value in ours.items():
            patched.setitem(os.environ, name, value)
        with fresh_services():
            yield people(module_database_url, orders=60)[OWNER]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_whatever_is_asked_the_answer_is_as_described(operation, mode, token):
    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    asked()
