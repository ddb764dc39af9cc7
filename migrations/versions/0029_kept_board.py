"""What the board shows of each wallet and strategy, kept until an order of it changes.

The triggers only add a row, so they wait for nobody: who trades never shares a lock with who reads.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ft_board_changes (
            change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            wallet_id text NOT NULL
        );
        CREATE TABLE lt_board_changes (
            change_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            strategy_id text NOT NULL
        );
        COMMENT ON TABLE ft_board_changes IS 'whose orders changed since ft_board was kept';
        COMMENT ON TABLE lt_board_changes IS 'whose orders changed since lt_board was kept';

        CREATE TABLE ft_board (
            wallet_id      text PRIMARY KEY REFERENCES ft_wallets ON DELETE CASCADE,
            capital        numeric NOT NULL,
            order_count    int NOT NULL CHECK (order_count >= 0),
            open_count     int NOT NULL CHECK (open_count BETWEEN 0 AND order_count),
            at_risk        numeric NOT NULL,
            resolved_count int NOT NULL CHECK (resolved_count BETWEEN 0 AND order_count),
            won_count      int NOT NULL CHECK (won_count >= 0),
            lost_count     int NOT NULL CHECK (won_count + lost_count <= resolved_count),
            pnl            numeric NOT NULL,
            drawdown       numeric NOT NULL CHECK (drawdown >= 0),
            sharpe         numeric,
            kept_at        timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE lt_board (
            strategy_id    text PRIMARY KEY REFERENCES lt_strategies ON DELETE CASCADE,
            capital        numeric NOT NULL,
            mode           text NOT NULL,
            since          timestamptz NOT NULL,
            order_count    int NOT NULL CHECK (order_count >= 0),
            open_count     int NOT NULL CHECK (open_count BETWEEN 0 AND order_count),
            denied_count   int NOT NULL CHECK (denied_count BETWEEN 0 AND order_count),
            rejected_count int NOT NULL CHECK (rejected_count BETWEEN 0 AND order_count),
            filled_count   int NOT NULL CHECK (filled_count BETWEEN 0 AND order_count),
            working_count  int NOT NULL CHECK (working_count BETWEEN 0 AND order_count),
            slippage_ratio numeric,
            fill_rate      numeric,
            latency        numeric,
            resolved_count int NOT NULL CHECK (resolved_count BETWEEN 0 AND order_count),
            won_count      int NOT NULL CHECK (won_count >= 0),
            lost_count     int NOT NULL CHECK (won_count + lost_count <= resolved_count),
            pnl            numeric NOT NULL,
            drawdown       numeric NOT NULL CHECK (drawdown >= 0),
            sharpe         numeric,
            kept_at        timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        COMMENT ON COLUMN ft_board.capital IS 'dollars; the starting balance it was computed for';
        COMMENT ON COLUMN ft_board.at_risk IS 'dollars in open virtual orders';
        COMMENT ON COLUMN ft_board.pnl IS 'dollars';
        COMMENT ON COLUMN ft_board.drawdown IS 'deepest fall of capital + results, of the peak; a ratio';
        COMMENT ON COLUMN ft_board.kept_at IS 'machine time';
        COMMENT ON COLUMN lt_board.capital IS 'dollars; the capital it was computed for';
        COMMENT ON COLUMN lt_board.mode IS 'the money whose orders are summed';
        COMMENT ON COLUMN lt_board.since IS 'venue time from which on orders are summed';
        COMMENT ON COLUMN lt_board.pnl IS 'dollars';
        COMMENT ON COLUMN lt_board.drawdown IS 'deepest fall of capital + results, of the peak; a ratio';
        COMMENT ON COLUMN lt_board.slippage_ratio IS 'mean; positive is worse for us';
        COMMENT ON COLUMN lt_board.fill_rate IS 'mean of ended orders; a ratio';
        COMMENT ON COLUMN lt_board.latency IS 'mean, milliseconds';
        COMMENT ON COLUMN lt_board.kept_at IS 'machine time';

        CALL show_own_strategies('lt_board');
        CALL show_own_strategies('lt_board_changes');
        CALL show_own_rows('ft_board', 'wallet_id IN (SELECT own.wallet_id FROM ft_wallets own
             WHERE own.user_id IS NULL OR own.user_id = asking_user())');
        CALL show_own_rows('ft_board_changes', 'wallet_id IN (SELECT own.wallet_id
              FROM ft_wallets own WHERE own.user_id IS NULL OR own.user_id = asking_user())');

        CREATE FUNCTION note_ft_orders() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO ft_board_changes (wallet_id) SELECT DISTINCT wallet_id FROM changed;
            RETURN NULL;
        END $$;
        CREATE TRIGGER ft_orders_added AFTER INSERT ON ft_orders
            REFERENCING NEW TABLE AS changed EXECUTE FUNCTION note_ft_orders();
        CREATE TRIGGER ft_orders_changed AFTER UPDATE ON ft_orders
            REFERENCING NEW TABLE AS changed EXECUTE FUNCTION note_ft_orders();
        CREATE TRIGGER ft_orders_removed AFTER DELETE ON ft_orders
            REFERENCING OLD TABLE AS changed EXECUTE FUNCTION note_ft_orders();

        CREATE FUNCTION note_lt_order() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO lt_board_changes (strategy_id)
                   VALUES (coalesce(NEW.strategy_id, OLD.strategy_id));
            RETURN NULL;
        END $$;
        CREATE TRIGGER lt_orders_added AFTER INSERT OR DELETE ON lt_orders
            FOR EACH ROW EXECUTE FUNCTION note_lt_order();
        -- a look at the venue that changes nothing on the board writes nothing
        CREATE TRIGGER lt_orders_changed AFTER UPDATE ON lt_orders FOR EACH ROW
            WHEN ((OLD.mode, OLD.ft_signal_time, OLD.status, OLD.executed_shares, OLD.outcome,
                   OLD.pnl, OLD.slippage_pct, OLD.fill_rate, OLD.latency_ms, OLD.resolved_at)
                  IS DISTINCT FROM
                  (NEW.mode, NEW.ft_signal_time, NEW.status, NEW.executed_shares, NEW.outcome,
                   NEW.pnl, NEW.slippage_pct, NEW.fill_rate, NEW.latency_ms, NEW.resolved_at))
            EXECUTE FUNCTION note_lt_order();
    """)


def downgrade() -> None:
    op.execute("""
        DROP TRIGGER lt_orders_changed ON lt_orders;
        DROP TRIGGER lt_orders_added ON lt_orders;
        DROP TRIGGER ft_orders_removed ON ft_orders;
        DROP TRIGGER ft_orders_changed ON ft_orders;
        DROP TRIGGER ft_orders_added ON ft_orders;
        DROP FUNCTION note_lt_order, note_ft_orders;
        DROP TABLE lt_board, ft_board, lt_board_changes, ft_board_changes;
    """)
