"""A user sees only their own rows: the database itself sees to it.

A table that is made later says in its own migration who sees it, with one of
`CALL show_own_strategies('table')`, `CALL show_own_rows('table', 'condition')` and
`CALL show_to_all('table')`. A table that says nothing is seen by no user.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SHARED = (
    "alembic_version beat_slots leader_pools lt_gates markets source_trades token_id_cache traders"
)
OF_STRATEGIES = "lt_ledger lt_risk_rules lt_risk_state lt_seen_trades lt_orders lt_fills"
OF_USERS = "wallets lt_strategies"
OF_WALLETS = (
    ("reconciliations", "wallet"),
    ("redeemed_tokens", "wallet"),
    ("stream_events", "account"),
    ("stream_state", "account"),
)
OF_FT_WALLETS = "ft_orders ft_seen_trades"


def upgrade() -> None:
    op.execute("""
        DO $$ BEGIN
            CREATE ROLE ltsys_reader NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles are the whole server's; another database's migrations came first
        END $$;
        DO $$ BEGIN
            IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
                GRANT ltsys_reader TO CURRENT_USER;
            END IF;
        END $$;
        COMMENT ON ROLE ltsys_reader IS
            'what a signed-in user''s reads run as: sees only rows of the user in ltsys.user_id';

        CREATE FUNCTION asking_user() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
            $$ SELECT nullif(current_setting('ltsys.user_id', true), '') $$;
        COMMENT ON FUNCTION asking_user IS 'NULL where nobody is named: then nothing is seen';

        CREATE FUNCTION asks_as_admin() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
            SECURITY DEFINER SET search_path = public, pg_temp AS
            $$ SELECT EXISTS (SELECT 1 FROM users WHERE user_id = asking_user()
                                 AND role = 'admin' AND NOT is_disabled) $$;
        COMMENT ON FUNCTION asks_as_admin IS 'whether what concerns nobody alone may be seen';

        CREATE PROCEDURE show_to_all(shown regclass) LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format('GRANT SELECT ON %s TO ltsys_reader', shown);
        END $$;

        CREATE PROCEDURE show_own_rows(shown regclass, condition text) LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', shown);
            EXECUTE format('CREATE POLICY own_rows ON %s FOR SELECT TO ltsys_reader USING (%s)',
                           shown, condition);
            EXECUTE format('GRANT SELECT ON %s TO ltsys_reader', shown);
        END $$;

        CREATE PROCEDURE show_own_strategies(shown regclass, strategy_column text DEFAULT 'strategy_id')
        LANGUAGE plpgsql AS $$
        BEGIN
            CALL show_own_rows(shown, format(
                '%I = ANY (ARRAY(SELECT own.strategy_id FROM lt_strategies own
                                  WHERE own.user_id = asking_user()))', strategy_column));
        END $$;
    """)
    for table in SHARED.split():
        op.execute(f"CALL show_to_all('{table}')")
    for table in OF_USERS.split():
        op.execute(f"CALL show_own_rows('{table}', 'user_id = asking_user()')")
    for table in OF_STRATEGIES.split():
        op.execute(f"CALL show_own_strategies('{table}')")
    op.execute("CALL show_own_strategies('orders', 'lt_strategy_id')")
    for table, column in OF_WALLETS:
        op.execute(f"""
            CALL show_own_rows('{table}', '{column} = ANY (ARRAY(
                SELECT own.wallet_address FROM wallets own WHERE own.user_id = asking_user()))')
        """)  # noqa: S608  the names are constants
    op.execute("""
        CALL show_own_rows('reconciliation_findings', 'EXISTS (
            SELECT 1 FROM reconciliations own
             WHERE own.reconciliation_id = reconciliation_findings.reconciliation_id)');
        CALL show_own_rows('order_events_log', 'EXISTS (
            SELECT 1 FROM lt_orders own WHERE own.lt_order_id = order_events_log.lt_order_id)');
        CALL show_own_rows('lt_execute_logs', 'CASE WHEN strategy_id IS NULL THEN (SELECT asks_as_admin())
            ELSE strategy_id = ANY (ARRAY(SELECT own.strategy_id FROM lt_strategies own
                                           WHERE own.user_id = asking_user())) END');
        CALL show_own_rows('lt_alerts', 'CASE WHEN strategy_id IS NULL THEN (SELECT asks_as_admin())
            ELSE strategy_id = ANY (ARRAY(SELECT own.strategy_id FROM lt_strategies own
                                           WHERE own.user_id = asking_user())) END');

        ALTER TABLE ft_wallets ADD COLUMN user_id text REFERENCES users;
        CREATE INDEX ft_wallets_by_user ON ft_wallets (user_id);
        COMMENT ON COLUMN ft_wallets.user_id IS 'whose it is; NULL is shared: every user sees and may mirror it';
        CALL show_own_rows('ft_wallets', 'user_id IS NULL OR user_id = asking_user()');
    """)
    for table in OF_FT_WALLETS.split():
        op.execute(f"""
            CALL show_own_rows('{table}', 'wallet_id = ANY (ARRAY(
                SELECT own.wallet_id FROM ft_wallets own
                 WHERE own.user_id IS NULL OR own.user_id = asking_user()))')
        """)  # noqa: S608  the names are constants
    # Secrets and their hashes are read by nobody who only reads.
    op.execute("""
        ALTER TABLE users ENABLE ROW LEVEL SECURITY;
        ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
        ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
        ALTER TABLE account_links ENABLE ROW LEVEL SECURITY;
        ALTER TABLE login_attempts ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own_rows ON users FOR SELECT TO ltsys_reader USING (user_id = asking_user());
        CREATE POLICY own_rows ON sessions FOR SELECT TO ltsys_reader USING (user_id = asking_user());
        CREATE POLICY own_rows ON api_tokens FOR SELECT TO ltsys_reader USING (user_id = asking_user());
        GRANT SELECT (user_id, created_at, role, is_disabled, password_changed_at) ON users TO ltsys_reader;
        GRANT SELECT (user_id, created_at, last_seen_at, ended_at) ON sessions TO ltsys_reader;
        GRANT SELECT (user_id, name, prefix, scopes, created_at, expires_at, last_used_at, revoked_at)
            ON api_tokens TO ltsys_reader;
    """)


def downgrade() -> None:
    op.execute("""
        DROP OWNED BY ltsys_reader;
        DO $$ DECLARE guarded regclass;
        BEGIN
            FOR guarded IN SELECT oid FROM pg_class WHERE relrowsecurity AND relkind = 'r' LOOP
                EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', guarded);
            END LOOP;
        END $$;
        DROP PROCEDURE show_own_strategies, show_own_rows, show_to_all;
        DROP FUNCTION asks_as_admin, asking_user;
        ALTER TABLE ft_wallets DROP COLUMN user_id;
    """)
