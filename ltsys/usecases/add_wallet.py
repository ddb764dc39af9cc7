"""Take a forward-test wallet or a trading account into the books."""

from ltsys.domain.errors import RefusedError
from ltsys.domain.ft_wallet import FtWallet, problems
from ltsys.domain.ids import Address, UserId
from ltsys.ports.records import LogEntry
from ltsys.ports.store import Store


def add_ft_wallet(
    wallet: FtWallet, *, leader_pool: str | None, store: Store, owner: UserId | None = None
) -> bool:
    """The wallet decides about trades after its start; False if it existed before.

    Rules that make no sense are kept with the sentence that says why, and the wallet does not
    trade (FT_RULES D8, LESSONS L39). Without an owner every user sees it and may mirror it.
    Raises RefusedError for an owner who does not exist.
    """
    wrong = " ".join(problems(wallet)) or None
    with store.transaction() as tx:
        if owner is not None and tx.user(owner) is None:
            raise RefusedError(f"there is no user {owner}")
        is_new = tx.add_ft_wallet(wallet, leader_pool=leader_pool, problem=wrong, owner=owner)
        if is_new and wrong:
            message = f"{wallet.wallet_id} does not trade: {wrong}"
            tx.log(LogEntry(stage="wallet", level="WARNING", message=message))
    return is_new


def add_account(
    user_id: str, address: Address, *, signature_type: int, key_reference: str, store: Store
) -> None:
    """The user's trading account is known; the key itself is kept where the reference says."""
    with store.transaction() as tx:
        tx.add_account(user_id, address, signature_type, key_reference)
