-- The race in PostgreSQL: two tables, and the rule as a function, so that a command is one round trip.
-- Past terms and their enrollments are there before the race and everything is analysed: plans are then those of a
-- system that has been used, not those of empty tables (which are scanned from end to end).

DROP TABLE IF EXISTS enrollment, term;

CREATE TABLE term (
    id int PRIMARY KEY,
    capacity int NOT NULL,
    enrolled_count int NOT NULL DEFAULT 0
) WITH (fillfactor = 20);  -- room beside the row, so that counting up stays within its page

CREATE TABLE enrollment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL,
    term_id int NOT NULL,
    status smallint NOT NULL DEFAULT 1,
    live boolean NOT NULL DEFAULT true,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    processed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX enrollment_live ON enrollment (user_id, term_id) WHERE live;
CREATE INDEX enrollment_term ON enrollment (term_id);

INSERT INTO term SELECT 2000000 + g, 20, 20 FROM generate_series(1, 5000) g;
INSERT INTO term VALUES (1000000, 1000000, 0);
INSERT INTO enrollment (user_id, term_id) SELECT g, 2000001 + g / 20 FROM generate_series(0, 99999) g;

-- A row lock on the term, then the rule.
CREATE OR REPLACE FUNCTION apply_lock(person bigint, wanted int, people int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    seats int;
    taken int;
BEGIN
    SELECT capacity, enrolled_count INTO seats, taken FROM term WHERE id = wanted FOR UPDATE;
    IF EXISTS (SELECT FROM enrollment WHERE user_id = person AND term_id = wanted AND live) THEN
        RETURN 1;
    ELSIF taken >= seats THEN
        RETURN 2;
    END IF;
    INSERT INTO enrollment (user_id, term_id) VALUES (person, wanted);
    UPDATE term SET enrolled_count = enrolled_count + 1 WHERE id = wanted;
    RETURN 0;
END $$;

-- The count goes up only while a seat is free: no lock where the term is full.
CREATE OR REPLACE FUNCTION apply_conditional(person bigint, wanted int, people int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM enrollment WHERE user_id = person AND term_id = wanted AND live) THEN
        RETURN 1;
    END IF;
    UPDATE term SET enrolled_count = enrolled_count + 1 WHERE id = wanted AND enrolled_count < capacity;
    IF NOT FOUND THEN
        RETURN 2;
    END IF;
    INSERT INTO enrollment (user_id, term_id) VALUES (person, wanted);
    RETURN 0;
END $$;

-- Many people in one transaction, as a service in front of the database could gather them; nobody else may be refused.
CREATE OR REPLACE FUNCTION apply_batch(person bigint, wanted int, people int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    seats int;
    taken int;
    stored int;
BEGIN
    SELECT capacity, enrolled_count INTO seats, taken FROM term WHERE id = wanted FOR UPDATE;
    INSERT INTO enrollment (user_id, term_id)
        SELECT g, wanted FROM generate_series(person, person + people - 1) g
        WHERE NOT EXISTS (SELECT FROM enrollment e WHERE e.user_id = g AND e.term_id = wanted AND e.live)
        LIMIT greatest(seats - taken, 0);
    GET DIAGNOSTICS stored = ROW_COUNT;
    UPDATE term SET enrolled_count = enrolled_count + stored WHERE id = wanted;
    RETURN CASE WHEN stored = people THEN 0 ELSE 3 END;
END $$;
