"""What the database holds by itself: legal moves, no times without a booking, a log that stays."""

from django.db import migrations

from regulars.kit.append_only import append_only

MOVES = migrations.RunSQL(
    """
    CREATE FUNCTION booking_legal_move() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            IF NEW.state NOT IN ('held', 'booked', 'arrived') THEN
                RAISE EXCEPTION 'an appointment does not begin as %', NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
        ELSIF NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (
            ('held', 'booked'), ('held', 'cancelled'),
            ('booked', 'confirmed'), ('booked', 'arrived'), ('booked', 'cancelled'),
            ('booked', 'no_show'),
            ('confirmed', 'booked'), ('confirmed', 'arrived'), ('confirmed', 'cancelled'),
            ('confirmed', 'no_show'),
            ('arrived', 'in_service'), ('arrived', 'cancelled'), ('arrived', 'booked'),
            ('in_service', 'done'), ('in_service', 'arrived'),
            ('done', 'in_service'),
            ('cancelled', 'booked'), ('no_show', 'booked')
        ) THEN
            RAISE EXCEPTION 'an appointment does not go from % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER booking_legal_move BEFORE INSERT OR UPDATE OF state ON booking_appointment
        FOR EACH ROW EXECUTE FUNCTION booking_legal_move();
    """,
    """
    DROP TRIGGER booking_legal_move ON booking_appointment;
    DROP FUNCTION booking_legal_move();
    """,
)

LETS_GO = migrations.RunSQL(
    """
    CREATE FUNCTION booking_lets_go() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM booking_occupancy WHERE appointment_id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE TRIGGER booking_lets_go AFTER UPDATE OF state ON booking_appointment
        FOR EACH ROW WHEN (NEW.state IN ('cancelled', 'no_show'))
        EXECUTE FUNCTION booking_lets_go();
    CREATE FUNCTION booking_occupies() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        -- The lock keeps whoever cancels at this moment waiting until the row is in.
        PERFORM 1 FROM booking_appointment
            WHERE id = NEW.appointment_id AND state NOT IN ('cancelled', 'no_show') FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'only a standing appointment takes time'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER booking_occupies BEFORE INSERT OR UPDATE OF appointment_id ON booking_occupancy
        FOR EACH ROW EXECUTE FUNCTION booking_occupies();
    """,
    """
    DROP TRIGGER booking_occupies ON booking_occupancy;
    DROP TRIGGER booking_lets_go ON booking_appointment;
    DROP FUNCTION booking_occupies();
    DROP FUNCTION booking_lets_go();
    """,
)

ERASED = migrations.RunSQL(
    """
    CREATE FUNCTION erased_is_not_expected() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE booking_appointment SET state = 'cancelled', held_until = NULL
            WHERE customer_id = NEW.id AND state IN ('held', 'booked', 'confirmed');
        UPDATE booking_appointment SET note = '', guest_name = '' WHERE customer_id = NEW.id;
        UPDATE booking_occupancy SET overlap_reason = '-' WHERE overlap_reason <> ''
            AND appointment_id IN (SELECT id FROM booking_appointment WHERE customer_id = NEW.id);
        RETURN NULL;
    END $$;
    CREATE TRIGGER erased_is_not_expected AFTER UPDATE OF erased_at ON people_customer
        FOR EACH ROW WHEN (NEW.erased_at IS NOT NULL)
        EXECUTE FUNCTION erased_is_not_expected();
    """,
    """
    DROP TRIGGER erased_is_not_expected ON people_customer;
    DROP FUNCTION erased_is_not_expected();
    """,
)


# Availability counts in minutes, and trusts that spans which do not overlap still do not then.
WHOLE_MINUTES = migrations.RunSQL(
    [
        f"""
        ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (
            extract(second FROM lower(span) AT TIME ZONE 'UTC') = 0
            AND extract(second FROM upper(span) AT TIME ZONE 'UTC') = 0)
        """
        for table, name in (
            ("booking_occupancy", "occupancy_in_minutes"),
            ("booking_shift", "shift_in_minutes"),
        )
    ],
    [
        "ALTER TABLE booking_occupancy DROP CONSTRAINT occupancy_in_minutes",
        "ALTER TABLE booking_shift DROP CONSTRAINT shift_in_minutes",
    ],
)


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_initial"), ("people", "0004_birth_day_with_month")]

    operations = [append_only("booking_change"), WHOLE_MINUTES, MOVES, LETS_GO, ERASED]
