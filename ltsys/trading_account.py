"""The account that this system trades with."""

from ltsys.bootstrap import Services
from ltsys.domain.ids import Address
from ltsys.usecases.add_wallet import add_account


def taken_account(user_id: str, own: Services) -> Address:
    """The account is in the books as the user's, unless it is another's there; no key is needed.

    Raises SettingsError where it is not known.
    """
    kind, where = own.settings.signature_type, own.settings.signer
    add_account(user_id, own.account, signature_type=kind, key_reference=where, store=own.store)
    return own.account
