"""An account that trades through the venue's current Python SDK, unmodified."""

from eth_account import Account
from py_clob_client_v2 import AssetType, BalanceAllowanceParams, ClobClient


class SdkTrader:
    """A new key pair, dollars in its wallet and a client with API credentials."""

    def __init__(self, venue, cash_usd="1000", *, signature_type=0, funder=None):
        account = Account.create()
        self.venue = venue
        self.wallet = funder or account.address
        venue.fund(
            self.wallet, cash_usd, signer=account.address.lower(), signature_type=signature_type
        )
        self.client = ClobClient(
            venue.url, 137, account.key.hex(), signature_type=signature_type, funder=funder
        )
        self.client.set_api_creds(self.client.create_or_derive_api_key())

    @property
    def orders(self):
        """The venue's own record of this wallet's orders."""
        return self.venue.truth(self.wallet)["orders"]

    def held_units(self, token):
        """Shares of a token as the venue tells them, in units of one millionth."""
        params = BalanceAllowanceParams(asset_type=AssetType.CONDITIONAL, token_id=token)
        return int(self.client.get_balance_allowance(params)["balance"])

    def cash_units(self):
        """Dollars as the venue tells them, in units of one millionth."""
        params = BalanceAllowanceParams(asset_type=AssetType.COLLATERAL)
        return int(self.client.get_balance_allowance(params)["balance"])
