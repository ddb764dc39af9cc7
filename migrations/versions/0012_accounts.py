"""People, and what signs them in."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE users
            ADD COLUMN role                text NOT NULL DEFAULT 'viewer'
                                           CHECK (role IN ('viewer', 'trader', 'admin')),
            ADD COLUMN is_disabled         boolean NOT NULL DEFAULT false,
            ADD COLUMN password_hash       text CHECK (password_hash LIKE '$argon2id$%'),
            ADD COLUMN password_changed_at timestamptz,
            ADD CHECK ((password_hash IS NULL) = (password_changed_at IS NULL));
        COMMENT ON COLUMN users.password_hash IS 'argon2id with its salt and cost; NULL: nobody can sign in';
        COMMENT ON COLUMN users.is_disabled IS 'may do nothing; what is theirs stays';

        CREATE TABLE sessions (
            session_hash text PRIMARY KEY CHECK (session_hash ~ '^[0-9a-f]{64}$'),
            user_id      text NOT NULL REFERENCES users,
            created_at   timestamptz NOT NULL,
            last_seen_at timestamptz NOT NULL,
            ended_at     timestamptz,
            CHECK (last_seen_at >= created_at)
        );
        CREATE INDEX sessions_by_user ON sessions (user_id) WHERE ended_at IS NULL;
        COMMENT ON COLUMN sessions.session_hash IS 'SHA-256 of the 256-bit secret in the cookie, which nobody keeps';

        CREATE TABLE api_tokens (
            token_hash   text PRIMARY KEY CHECK (token_hash ~ '^[0-9a-f]{64}$'),
            user_id      text NOT NULL REFERENCES users,
            name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
            prefix       text NOT NULL UNIQUE,
            scopes       text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'trade', 'admin']
                                                AND cardinality(scopes) > 0),
            created_at   timestamptz NOT NULL,
            expires_at   timestamptz NOT NULL CHECK (expires_at > created_at),
            last_used_at timestamptz,
            revoked_at   timestamptz
        );
        CREATE INDEX api_tokens_by_user ON api_tokens (user_id);
        COMMENT ON COLUMN api_tokens.token_hash IS 'SHA-256 of the token, which is shown once and kept nowhere';
        COMMENT ON COLUMN api_tokens.prefix IS 'its first letters, to know it again by';

        CREATE TABLE account_links (
            link_hash  text PRIMARY KEY CHECK (link_hash ~ '^[0-9a-f]{64}$'),
            user_id    text NOT NULL REFERENCES users,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
            used_at    timestamptz
        );
        CREATE INDEX account_links_by_user ON account_links (user_id) WHERE used_at IS NULL;
        COMMENT ON TABLE account_links IS 'links by which a person sets a password, once';

        CREATE TABLE login_attempts (
            attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            login_key  text NOT NULL,
            address    text NOT NULL,
            at         timestamptz NOT NULL
        );
        CREATE INDEX login_attempts_by_login ON login_attempts (login_key, at);
        CREATE INDEX login_attempts_by_address ON login_attempts (address, at);
        COMMENT ON TABLE login_attempts IS 'attempts that failed or are under way; a success takes its own back';
        COMMENT ON COLUMN login_attempts.login_key IS 'SHA-256 of the name that was typed: people type passwords there';
    """)


def downgrade() -> None:
    op.execute("""
        DROP TABLE login_attempts, account_links, api_tokens, sessions;
        ALTER TABLE users DROP COLUMN role, DROP COLUMN is_disabled, DROP COLUMN password_hash,
            DROP COLUMN password_changed_at
    """)
