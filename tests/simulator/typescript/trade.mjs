// The venue's own TypeScript client: keys, a resting order, a market order, reads and a cancel.
// Arguments: the venue's URL, a private key, a token id. One JSON object goes to stdout.
import { AssetType, ClobClient, OrderType, Side } from "@polymarket/clob-client-v2";
import { createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { polygon } from "viem/chains";

const [host, privateKey, tokenID] = process.argv.slice(2);
const account = privateKeyToAccount(privateKey);
// The wallet only signs; its transport is never used.
const signer = createWalletClient({ account, chain: polygon, transport: http(host) });
const options = { host, chain: 137, signer };

// Without throwOnError: a client that throws does not go on to derive a key that exists.
const stranger = new ClobClient(options);
const creds = await stranger.createOrDeriveApiKey();
const again = await stranger.createOrDeriveApiKey();
const client = new ClobClient({ ...options, creds, throwOnError: true });

const book = await client.getOrderBook(tokenID);
const resting = await client.createAndPostOrder(
  { tokenID, price: 0.1, size: 10, side: Side.BUY },
  undefined,
  OrderType.GTC,
);
const matched = await client.createAndPostMarketOrder(
  { tokenID, amount: 10, side: Side.BUY },
  undefined,
  OrderType.FAK,
);
const order = await client.getOrder(resting.orderID);
const open = await client.getOpenOrders();
const trades = await client.getTrades();
const balance = await client.getBalanceAllowance({ asset_type: AssetType.COLLATERAL });
const canceled = await client.cancelOrder({ orderID: resting.orderID });
const left = await client.getOpenOrders();
const refusal = await client
  .createAndPostOrder({ tokenID, price: 0.1, size: 1, side: Side.BUY })
  .catch((error) => ({ message: error.message, status: error.status }));

console.log(
  JSON.stringify({
    sameKey: again.key === creds.key,
    bookHash: [book.hash, await client.getOrderBookHash(book)],
    resting,
    matched,
    order,
    open: open.map((each) => each.id),
    trades: trades.map((each) => each.taker_order_id),
    balance: balance.balance,
    canceled,
    left,
    refusal,
  }),
);
