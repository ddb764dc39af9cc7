"""People get accounts, sign in, give out tokens, and lose all of it again."""

from datetime import timedelta

import pytest
from house import ANN, HOME, PASSWORD, House
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.strategies import integers, sampled_from
from live_made import NOON

from ltsys.adapters.memory import HandClock, MemoryStore
from ltsys.adapters.memory.passwords import DigestPasswords
from ltsys.domain.account import (
    LINK_LIFE,
    SESSION_IDLE,
    SESSION_LIFE,
    Attempts,
    Role,
    Scope,
    handle_of,
)
from ltsys.domain.errors import RefusedError
from ltsys.domain.ids import UserId
from ltsys.usecases.entrance import Entrance, SignInRefusedError, TooManyAttemptsError
from ltsys.usecases.identify_caller import secret_hash
from ltsys.usecases.issue_token import issue_token, revoke_token
from ltsys.usecases.open_account import (
    OWNER,
    add_user,
    first_link,
    make_link,
    open_demo_account,
    set_disabled,
    set_password,
    set_password_by_link,
)
from ltsys.usecases.sign_in import (
    end_session,
    sign_in,
    sign_out,
    sign_out_elsewhere,
    sign_out_everywhere,
)

READ = frozenset({Scope.READ})
SECOND = timedelta(seconds=1)


@pytest.fixture
def house() -> House:
    return House()


def test_the_right_password_opens_a_session_whose_secret_is_kept_nowhere(house):
    """L62, L63."""
    secret = house.sign_in(" ANN ")

    caller = house.of_session(secret)

    assert (caller.user_id, caller.role) == (ANN, Role.TRADER)
    assert secret not in house.said()
    assert PASSWORD not in house.said()


def test_whoever_is_unknown_disabled_or_mistyped_gets_one_answer(house):
    """Nobody learns who exists (L63)."""
    for name in ("bob", "carl"):
        add_user(UserId(name), Role.VIEWER, entrance=house.entrance)
    set_password(UserId("bob"), PASSWORD, entrance=house.entrance)
    set_disabled(UserId("bob"), is_disabled=True, entrance=house.entrance)

    said = set()
    for name, password in (
        ("ann", "wrong"),
        ("nobody", PASSWORD),
        ("not a name", PASSWORD),
        ("bob", PASSWORD),
        ("carl", PASSWORD),
    ):
        with pytest.raises(SignInRefusedError) as refused:
            house.sign_in(name, password)
        said.add(str(refused.value))

    assert len(said) == 1


def test_an_unknown_name_costs_the_same_work_as_a_known_one(house):
    """No timing tells who exists (L63)."""
    asked = []

    class Counting(DigestPasswords):
        def matches(self, password_hash, password):
            asked.append(password)
            return super().matches(password_hash, password)

    counted = Entrance(store=house.store, passwords=Counting(), clock=house.clock)
    for name in ("ann", "nobody", "not a name"):
        with pytest.raises(SignInRefusedError):
            sign_in(name, "wrong", address=HOME, entrance=counted)

    assert asked == ["wrong"] * 3


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_guessing_from_one_place_ends_before_the_password_is_looked_at(house, name):
    """L63."""
    most = Attempts.MOST[0]

    answers = house.guess(most + 2, name)

    assert answers == [SignInRefusedError] * most + [TooManyAttemptsError] * 2
    with pytest.raises(TooManyAttemptsError):
        house.sign_in(name)


def test_guessing_does_not_lock_the_real_person_out_elsewhere(house):
    house.guess(Attempts.MOST[0] + 5, address="198.51.100.7")

    assert house.of_session(house.sign_in()) is not None


def test_guessing_many_names_from_one_place_ends_too(house):
    answers = [house.guess(1, f"user{number}")[0] for number in range(Attempts.MOST[2] + 1)]

    assert answers[-2:] == [SignInRefusedError, TooManyAttemptsError]


def test_guessing_one_name_from_many_places_ends_too(house):
    answers = [house.guess(1, address=f"10.0.0.{n}")[0] for n in range(Attempts.MOST[1] + 1)]

    assert answers[-2:] == [SignInRefusedError, TooManyAttemptsError]


def test_waiting_helps_even_while_it_was_hammered_on(house):
    house.guess(Attempts.MOST[0] + 20)
    house.clock.move(Attempts.WINDOW + SECOND)

    assert house.of_session(house.sign_in()) is not None


def test_a_success_takes_its_own_mistakes_back(house):
    for _ in range(3):
        house.guess(Attempts.MOST[0] - 1)
        house.sign_in()

    assert house.store.tables.login_attempts == []


def test_a_session_that_is_used_lives_on_and_an_idle_one_does_not(house):
    busy, idle = house.sign_in(), house.sign_in()

    for _ in range(3):
        house.clock.move(SESSION_IDLE - SECOND)
        assert house.of_session(busy) is not None

    assert house.of_session(idle) is None


def test_no_session_outlives_a_day(house):
    secret = house.sign_in()

    for _ in range(24):
        house.clock.move(SESSION_LIFE / 24)
        found = house.of_session(secret)

    assert found is None


def test_signing_out_ends_one_session_and_everywhere_ends_all(house):
    here, there = house.sign_in(), house.sign_in()

    sign_out(here, entrance=house.entrance)
    after_one = (house.of_session(here), house.of_session(there) is not None)
    count = sign_out_everywhere(ANN, entrance=house.entrance)

    assert after_one == (None, True)
    assert (count, house.of_session(there)) == (1, None)
    sign_out(here, entrance=house.entrance)


def test_signing_out_elsewhere_leaves_this_session_alone(house):
    here, there = house.sign_in(), house.sign_in()

    count = sign_out_elsewhere(ANN, here, entrance=house.entrance)

    assert (count, house.of_session(there)) == (1, None)
    assert house.of_session(here) is not None


def test_nobody_ends_the_session_of_another(house):
    """L63."""
    secret = house.sign_in()
    handle = handle_of(secret_hash(secret))

    with pytest.raises(RefusedError):
        end_session(UserId("bob"), handle, entrance=house.entrance)
    assert house.of_session(secret) is not None

    end_session(ANN, handle, entrance=house.entrance)
    assert house.of_session(secret) is None
    with pytest.raises(RefusedError):
        end_session(ANN, handle, entrance=house.entrance)


def test_a_new_password_ends_every_session(house):
    secret = house.sign_in()

    set_password(ANN, "another long password", entrance=house.entrance)

    assert house.of_session(secret) is None
    assert house.of_session(house.sign_in(password="another long password")) is not None


def test_the_first_link_makes_the_owner_and_is_not_offered_once_somebody_can_sign_in():
    clock = HandClock(NOON)
    store = MemoryStore(clock)
    entrance = Entrance(store=store, passwords=DigestPasswords(), clock=clock)

    first, second = first_link(entrance=entrance), first_link(entrance=entrance)
    with pytest.raises(RefusedError, match="newer"):
        set_password_by_link(first, PASSWORD, entrance=entrance)
    user_id = set_password_by_link(second, PASSWORD, entrance=entrance)

    assert user_id == OWNER
    assert store.tables.users[OWNER].role is Role.ADMIN
    assert first_link(entrance=entrance) is None


def test_a_link_works_once_and_for_an_hour(house):
    used, late = make_link(ANN, entrance=house.entrance), None
    set_password_by_link(used, PASSWORD, entrance=house.entrance)
    late = make_link(ANN, entrance=house.entrance)
    house.clock.move(LINK_LIFE)

    for secret in (used, late, "never was one"):
        with pytest.raises(RefusedError, match="ask for a new one"):
            set_password_by_link(secret, PASSWORD, entrance=house.entrance)


def test_a_weak_password_leaves_the_link_good(house):
    secret = make_link(ANN, entrance=house.entrance)

    with pytest.raises(RefusedError, match="4 characters"):
        set_password_by_link(secret, "weak", entrance=house.entrance)

    assert set_password_by_link(secret, PASSWORD, entrance=house.entrance) == ANN


def test_a_token_may_what_it_was_given_and_is_shown_once(house):
    """L62, L63."""
    issued = issue_token(ANN, "cron", READ, days=30, entrance=house.entrance)

    caller = house.of_token(issued.secret)

    assert (caller.user_id, caller.scopes) == (ANN, READ)
    assert issued.secret not in house.said()
    assert issued.secret not in repr(issued)
    assert issued.secret.startswith(issued.token.prefix)
    assert house.store.tables.api_tokens[issued.token.token_hash].last_used_at == NOON


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [
        ("cron", frozenset(Scope), 1),
        ("cron", frozenset(), 1),
        ("cron", READ, 0),
        ("cron", READ, 366),
        (" ", READ, 1),
        ("x" * 81, READ, 1),
        ("cron\x1b[2J", READ, 1),
    ],
)
def test_a_token_that_makes_no_sense_is_refused(house, name, scopes, days):
    with pytest.raises(RefusedError):
        issue_token(ANN, name, scopes, days=days, entrance=house.entrance)


def test_a_token_opens_nothing_after_its_last_day_or_once_revoked(house):
    short = issue_token(ANN, "a", READ, days=1, entrance=house.entrance)
    revoked = issue_token(ANN, "b", READ, days=30, entrance=house.entrance)

    revoke_token(ANN, revoked.token.prefix, entrance=house.entrance)
    house.clock.move(timedelta(days=1))

    assert house.of_token(short.secret) is None
    assert house.of_token(revoked.secret) is None
    with pytest.raises(RefusedError):
        revoke_token(ANN, revoked.token.prefix, entrance=house.entrance)


def test_nobody_revokes_the_token_of_another(house):
    issued = issue_token(ANN, "a", READ, days=1, entrance=house.entrance)

    with pytest.raises(RefusedError):
        revoke_token(UserId("bob"), issued.token.prefix, entrance=house.entrance)

    assert house.of_token(issued.secret) is not None


def test_disabling_somebody_ends_everything_at_once(house):
    """L63."""
    session = house.sign_in()
    token = issue_token(ANN, "a", READ, days=1, entrance=house.entrance)

    set_disabled(ANN, is_disabled=True, entrance=house.entrance)

    assert (house.of_session(session), house.of_token(token.secret)) == (None, None)
    set_disabled(ANN, is_disabled=False, entrance=house.entrance)
    assert (house.of_session(session), house.of_token(token.secret)) == (None, None)


def test_the_last_admin_cannot_be_disabled(house):
    open_demo_account(entrance=house.entrance)

    with pytest.raises(RefusedError, match="last admin"):
        set_disabled(OWNER, is_disabled=True, entrance=house.entrance)


def test_the_demo_account_signs_in_with_what_is_printed(house):
    name, password = open_demo_account(entrance=house.entrance)

    assert house.of_session(house.sign_in(name, password)).role is Role.ADMIN


class Lives(RuleBasedStateMachine):
    """Sessions and tokens against a model that only knows when each was made, used and ended."""

    @initialize()
    def open(self) -> None:
        self.house = House()
        self.sessions: dict[str, list] = {}
        self.tokens: dict[str, object] = {}

    @property
    def now(self):
        return self.house.clock.wall()

    @rule()
    def sign_in(self) -> None:
        self.sessions[self.house.sign_in()] = [self.now, self.now]

    @rule(days=integers(1, 3))
    def issue(self, days) -> None:
        issued = issue_token(ANN, "a", READ, days=days, entrance=self.house.entrance)
        self.tokens[issued.secret] = self.now + timedelta(days=days)

    @rule(hours=sampled_from([1, 1.9, 5, 20]))
    def wait(self, hours) -> None:
        self.house.clock.move(timedelta(hours=hours))

    @rule()
    def leave_everywhere(self) -> None:
        sign_out_everywhere(ANN, entrance=self.house.entrance)
        self.sessions = {secret: [NOON - timedelta(days=99)] * 2 for secret in self.sessions}

    @rule()
    def leave_here(self) -> None:
        for secret in list(self.sessions)[:1]:
            sign_out(secret, entrance=self.house.entrance)
            self.sessions[secret] = [NOON - timedelta(days=99)] * 2

    @rule()
    def revoke(self) -> None:
        for secret in list(self.tokens)[:1]:
            if self.house.of_token(secret) is not None:
                revoke_token(ANN, secret[:12], entrance=self.house.entrance)
            self.tokens[secret] = NOON - timedelta(days=99)

    @rule()
    def be_disabled_for_a_moment(self) -> None:
        for is_disabled in (True, False):
            set_disabled(ANN, is_disabled=is_disabled, entrance=self.house.entrance)
        ended = NOON - timedelta(days=99)
        self.sessions = {secret: [ended] * 2 for secret in self.sessions}
        self.tokens = dict.fromkeys(self.tokens, ended)

    @invariant()
    def only_what_lives_opens(self) -> None:
        for secret, moments in self.sessions.items():
            made, used = moments
            lives = self.now < min(made + SESSION_LIFE, used + SESSION_IDLE)
            assert (self.house.of_session(secret) is not None) == lives
            if lives and self.now - used >= timedelta(minutes=1):
                moments[1] = self.now
        for secret, until in self.tokens.items():
            assert (self.house.of_token(secret) is not None) == (self.now < until)


Lives.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestLives = Lives.TestCase
