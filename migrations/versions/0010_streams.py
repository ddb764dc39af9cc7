"""What the venue's streams told, and how well they were heard."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE stream_events (
            account     text NOT NULL,
            channel     text NOT NULL CHECK (channel IN ('user', 'market')),
            event_key   text NOT NULL,
            kind        text NOT NULL CHECK (kind IN ('trade', 'order', 'tick', 'resolved')),
            order_ids   text[] NOT NULL,
            trade_id    text,
            status      text,
            payload     jsonb NOT NULL,
            copies      integer NOT NULL DEFAULT 1 CHECK (copies > 0),
            received_at timestamptz NOT NULL,
            handled_at  timestamptz,
            PRIMARY KEY (account, channel, event_key)
        );
        CREATE INDEX stream_events_handled ON stream_events (handled_at) WHERE handled_at IS NOT NULL;
        CREATE INDEX stream_events_waiting ON stream_events (received_at) WHERE handled_at IS NULL;
        COMMENT ON TABLE stream_events IS 'facts as the venue told them; one row however often it told';
        COMMENT ON COLUMN stream_events.order_ids IS 'of the venue: ours and those of others in the same trade';
        COMMENT ON COLUMN stream_events.payload IS 'the message without the API keys in it';
        COMMENT ON COLUMN stream_events.handled_at IS 'NULL while it belongs to no order of ours, or could not be booked';

        CREATE TABLE stream_state (
            account             text NOT NULL,
            channel             text NOT NULL CHECK (channel IN ('user', 'market')),
            connected_at        timestamptz,
            last_frame_at       timestamptz,
            blind_since         timestamptz,
            blind_seconds_total numeric(20, 6) NOT NULL CHECK (blind_seconds_total >= 0),
            reconnects          integer NOT NULL CHECK (reconnects >= 0),
            ignored_count       bigint NOT NULL,
            malformed_count     bigint NOT NULL,
            PRIMARY KEY (account, channel)
        );
        COMMENT ON COLUMN stream_state.blind_since IS 'the last word before a loss, until what was missed was asked for';
        COMMENT ON COLUMN stream_state.blind_seconds_total IS 'machine seconds of blindness that is over';
        COMMENT ON COLUMN stream_state.malformed_count IS 'messages that could not be believed';
    """)


def downgrade() -> None:
    op.execute("DROP TABLE stream_state, stream_events")
