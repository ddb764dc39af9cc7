"""The matching engine and everything an order can meet in it."""
