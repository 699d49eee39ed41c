"""What the database holds by itself: legal moves, messages that stay, a log that only grows."""

from django.db import migrations

from regulars.kit.append_only import append_only

MOVES = migrations.RunSQL(
    """
    CREATE FUNCTION messaging_legal_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.state <> 'waiting' THEN
                RAISE EXCEPTION 'a message does not begin as %', NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
        ELSIF NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (
            ('waiting', 'claimed'), ('waiting', 'dropped'),
            ('claimed', 'handed_over'), ('claimed', 'failed'), ('claimed', 'unknown'),
            ('claimed', 'waiting'),
            ('handed_over', 'delivered'), ('handed_over', 'failed'),
            ('unknown', 'handed_over'), ('unknown', 'delivered'), ('unknown', 'failed'),
            ('unknown', 'waiting')
        ) THEN
            RAISE EXCEPTION 'a message does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER messaging_legal_move BEFORE INSERT OR UPDATE OF state ON messaging_send
        FOR EACH ROW EXECUTE FUNCTION messaging_legal_move();
    """,
    """
    DROP TRIGGER messaging_legal_move ON messaging_send;
    DROP FUNCTION messaging_legal_move();
    """,
)

STAYS = migrations.RunSQL(
    """
    CREATE TRIGGER messaging_send_stays BEFORE DELETE ON messaging_send
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    """,
    "DROP TRIGGER messaging_send_stays ON messaging_send",
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("kit", "0001_initial")]

    operations = [append_only("messaging_sendchange"), STAYS, MOVES]
