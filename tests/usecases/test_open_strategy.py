"""Opening a strategy: whose it is, what it is called, and what is refused."""

from decimal import Decimal

import pytest
from live_made import ACCOUNT, NO_LIMITS, NOON, WALLET, a_wallet

from ltsys.adapters.memory import HandClock, MemoryStore
from ltsys.domain.errors import RefusedError, SettingsError
from ltsys.domain.ids import UserId
from ltsys.domain.money import Usd
from ltsys.usecases.add_wallet import add_account, add_ft_wallet
from ltsys.usecases.open_strategy import Asked, StrategyExistsError, open_strategy, strategy_ids

THEIR_ACCOUNT = "0x" + "b" * 40
CLOCK = HandClock(NOON)


@pytest.fixture
def store() -> MemoryStore:
    """A wallet to mirror and two users with an account each; ann mirrors it."""
    made = MemoryStore(CLOCK)
    add_ft_wallet(a_wallet(), leader_pool=None, store=made)
    for user, account in (("ann", ACCOUNT), ("bob", THEIR_ACCOUNT)):
        add_account(user, account, signature_type=0, key_reference=f"env:{user}", store=made)
    open_strategy(asked(), user_id="ann", account=ACCOUNT, store=made, clock=CLOCK)
    return made


def asked(**changes) -> Asked:
    chosen = {
        "ft_wallet": WALLET,
        "capital": Usd.of(100),
        "slippage_tolerance": Decimal("0.03"),
        "rules": NO_LIMITS,
        **changes,
    }
    return Asked(**chosen)


def test_who_mirrors_a_wallet_already_is_told_so(store):
    """L31: the limits that are shown are the limits of the strategy that exists."""
    before = store.tables

    with pytest.raises(StrategyExistsError, match=f"LT_{WALLET} exists already"):
        open_strategy(asked(), user_id="ann", account=ACCOUNT, store=store, clock=CLOCK)

    assert store.tables == before


def test_two_users_mirror_one_wallet_under_two_names(store):
    """L63: neither can learn from a name or a refusal that the other is there."""
    add_account("bob", THEIR_ACCOUNT, signature_type=0, key_reference="env:BOB", store=store)

    made = open_strategy(asked(), user_id="bob", account=THEIR_ACCOUNT, store=store, clock=CLOCK)

    assert made == strategy_ids(WALLET, "bob")[1]
    assert "bob" not in made
    kept = store.tables.lt_strategies[made].strategy
    assert (kept.user_id, kept.wallet_address) == ("bob", THEIR_ACCOUNT)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ft_wallet": "FT_NONE"}, "there is no active FT wallet FT_NONE"),
        ({"capital": Usd.of("0.5")}, r"capital: \$0.50 is under"),
    ],
)
def test_what_could_never_trade_is_refused(store, changes, sentence):
    """L39."""
    with pytest.raises(SettingsError, match=sentence):
        open_strategy(asked(**changes), user_id="bob", account=ACCOUNT, store=store, clock=CLOCK)


def test_nobody_trades_on_the_account_of_another(store):
    """L63: and nobody learns whose it is."""
    with pytest.raises(SettingsError, match=f"there is no trading account {ACCOUNT}"):
        open_strategy(asked(), user_id="bob", account=ACCOUNT, store=store, clock=CLOCK)

    assert {row.strategy.user_id for row in store.tables.lt_strategies.values()} == {"ann"}


def test_the_forward_test_of_another_is_as_if_it_did_not_exist(store):
    """L63: neither to mirror, nor in the sentence that says what there is."""
    private = a_wallet(wallet_id="FT_PRIVATE")
    add_ft_wallet(private, leader_pool=None, store=store, owner=UserId("ann"))
    to_bob = {"user_id": "bob", "account": THEIR_ACCOUNT, "store": store, "clock": CLOCK}

    with pytest.raises(SettingsError) as one:
        open_strategy(asked(ft_wallet="FT_PRIVATE"), **to_bob)
    with pytest.raises(SettingsError) as none:
        open_strategy(asked(ft_wallet="FT_NOTHING"), **to_bob)
    made = open_strategy(
        asked(ft_wallet="FT_PRIVATE"), user_id="ann", account=ACCOUNT, store=store, clock=CLOCK
    )

    assert str(one.value).replace("FT_PRIVATE", "FT_NOTHING") == str(none.value)
    assert str(none.value).endswith(f"there are: {WALLET}")
    assert made == "LT_FT_PRIVATE"


def test_a_wallet_of_nobody_is_refused(store):
    with pytest.raises(RefusedError, match="no user carl"):
        add_ft_wallet(a_wallet(), leader_pool=None, store=store, owner=UserId("carl"))
