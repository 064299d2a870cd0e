-- The tables of a home, in a schema of their own.
--
-- Times are milliseconds since 1970. Streams are named by their ids, which stay when a stream is
-- deleted: its messages are kept. Numbers that stand for statuses, kinds and states are those of
-- `row.rs` and never change.
--
-- Whoever keeps something takes keys first (`take_keys`), which locks the one row of `place` until
-- the end of the transaction. Keys therefore stand in the order in which they became visible, so
-- that nobody who reads on after a key misses one, and two writers never wait for each other in a
-- circle. A key is a moment in its upper bits (milliseconds << 20): ids are made from keys, and
-- tables that grow without end are cut into days by them.

CREATE TABLE place (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- The last key that was taken.
    last bigint NOT NULL DEFAULT 0,
    -- Keys below this one have a partition.
    made_until bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 100);
INSERT INTO place DEFAULT VALUES;

-- The catalog: streams, Sender IDs and routes, as JSON where they are more than a name. `place`
-- orders them: streams come newest (highest) first, the others oldest first. The digest of a
-- stream's token is in `secret`.
CREATE TABLE catalogue (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    -- Goes up with every change.
    revision bigint NOT NULL DEFAULT 0
);
INSERT INTO catalogue DEFAULT VALUES;
CREATE TABLE stream (
    id text COLLATE "C" PRIMARY KEY,
    place bigint NOT NULL,
    body text NOT NULL
);
CREATE TABLE sender (
    id text COLLATE "C" PRIMARY KEY,
    place bigint NOT NULL
);
CREATE TABLE route (
    -- In lower case.
    name text COLLATE "C" PRIMARY KEY,
    place bigint NOT NULL,
    body text NOT NULL
);

-- Everything that must not be printed: the one table to deny a role that may read. `kind` is
-- 'digest', 'token' or 'webhook' with a stream's id as `owner`, or 'route', 'account_key' or
-- 'incoming' with a route's name in lower case.
CREATE TABLE secret (
    kind text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (kind, owner)
);

-- `outcome` is the status from `final_at` on. `uuid` is made from `seq`, but for messages of old
-- homes that were copied here.
CREATE TABLE message (
    seq bigint NOT NULL PRIMARY KEY,
    uuid uuid NOT NULL,
    stream text COLLATE "C" NOT NULL,
    direction smallint NOT NULL,
    internal_id text COLLATE "C",
    handset text COLLATE "C" NOT NULL,
    sender text COLLATE "C" NOT NULL,
    text text NOT NULL,
    at bigint NOT NULL,
    outcome smallint NOT NULL,
    sent_at bigint,
    final_at bigint,
    details text,
    in_reply_to uuid,
    route text COLLATE "C",
    remote_id text COLLATE "C"
) PARTITION BY RANGE (seq);
CREATE INDEX message_stream ON message (stream, seq);
CREATE INDEX message_handset ON message (handset, seq);
CREATE INDEX message_sender ON message (sender, seq) WHERE direction = 1;

-- Which internal ids a stream has, for as long as may be: a message is accepted once under its own.
CREATE TABLE internal_id (
    stream text COLLATE "C" NOT NULL,
    internal_id text COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    PRIMARY KEY (stream, internal_id)
);

-- Which messages carriers told already.
CREATE TABLE remote_message (
    route text COLLATE "C" NOT NULL,
    remote_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (route, remote_id)
);

-- What a webhook is told. `number` is its place in the conversation, `status` is null where a
-- message was received. How its delivery is stands here once it is no longer waiting: `state`,
-- `attempts`, `why`; while it waits, there is a job.
CREATE TABLE event (
    key bigint NOT NULL PRIMARY KEY,
    id uuid NOT NULL,
    message uuid NOT NULL,
    stream text COLLATE "C" NOT NULL,
    handset text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    status smallint,
    at bigint NOT NULL,
    details text,
    state smallint NOT NULL DEFAULT 0,
    next_at bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    why text
) PARTITION BY RANGE (key);
CREATE INDEX event_stream ON event (stream, key);
CREATE INDEX event_message ON event (message);
CREATE INDEX event_dead ON event (stream, key) WHERE state = 2;

CREATE TABLE conversation (
    stream text COLLATE "C" NOT NULL,
    handset text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    PRIMARY KEY (stream, handset)
) WITH (fillfactor = 80);

-- An attempt to deliver an event.
CREATE TABLE attempt (
    key bigint NOT NULL PRIMARY KEY,
    event bigint NOT NULL,
    at bigint NOT NULL,
    elapsed bigint NOT NULL,
    status integer,
    error text
) PARTITION BY RANGE (key);
CREATE INDEX attempt_event ON attempt (event, key);

-- What must leave later, and nothing else: what is done is deleted, so that the queue stays as
-- small as what waits. `key` is the event's for deliveries, the message's for other kinds. `state`
-- is 0, or 3 for what cannot be read and is left alone, with `details`. A job is somebody's
-- while `lease_until` is in the future of the database's clock.
CREATE TABLE job (
    key bigint PRIMARY KEY,
    kind smallint NOT NULL,
    stream text COLLATE "C" NOT NULL,
    handset text COLLATE "C" NOT NULL,
    state smallint NOT NULL DEFAULT 0,
    next_at bigint NOT NULL,
    lease_until bigint NOT NULL DEFAULT 0,
    owner bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    upstream text COLLATE "C",
    details text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
    autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX job_due ON job (kind, stream, next_at, key) WHERE state = 0;
CREATE INDEX job_next ON job (kind, next_at) WHERE state = 0;
CREATE INDEX job_submit ON job (stream, key) WHERE state = 0 AND kind = 1;
CREATE INDEX job_leased ON job (kind, stream, handset) WHERE state = 0 AND lease_until > 0;
CREATE INDEX job_set_aside ON job (key) WHERE state = 3;
CREATE INDEX job_upstream ON job (lower(ltrim(replace(upstream, '-', ''), '0')))
    WHERE upstream IS NOT NULL;

-- Whoever claims jobs of a stream holds its row meanwhile: two gateways would otherwise begin with
-- the same handset.
CREATE TABLE claim_lock (
    stream text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    PRIMARY KEY (stream, kind)
);

-- Webhooks that are not called: `url` is empty where somebody disabled them, otherwise the one
-- that answered 410.
CREATE TABLE webhook_off (
    stream text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (stream, url)
);

-- How many messages a stream has: a row counts those that become final at `final_at` with the
-- status that they have from then on. Rows whose moment has passed are folded into one with 0;
-- 9223372036854775807 is for those whose end is not known. Status -1 counts incoming messages.
CREATE TABLE tally (
    stream text COLLATE "C" NOT NULL,
    final_at bigint NOT NULL,
    status smallint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (stream, final_at, status)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);

-- Messages that carriers told and that are of no stream.
CREATE TABLE unmatched (
    seq bigint PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    route text COLLATE "C" NOT NULL,
    remote_id text COLLATE "C",
    handset text COLLATE "C" NOT NULL,
    sender text,
    text text NOT NULL,
    at bigint NOT NULL
);

-- Receipts whose message's id is not known yet, a row for each id that it may have, `place` 0 for
-- the likeliest.
CREATE TABLE receipt (
    route text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    place bigint NOT NULL,
    handset text COLLATE "C",
    status smallint NOT NULL,
    details text,
    at bigint NOT NULL,
    PRIMARY KEY (route, id, number)
);
CREATE INDEX receipt_number ON receipt (number);

-- Until when everything of a route was heard, and how its link is.
CREATE TABLE heard (
    route text COLLATE "C" PRIMARY KEY,
    until bigint,
    link text,
    link_at bigint
);

-- How far somebody listened to a stream.
CREATE TABLE listened (
    stream text COLLATE "C" PRIMARY KEY,
    seq bigint NOT NULL
);

CREATE TABLE opt_out (
    stream text COLLATE "C" NOT NULL,
    handset text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    by_reply boolean NOT NULL,
    PRIMARY KEY (stream, handset)
);

-- What was accepted for a route with a daily limit, by the day of UTC.
CREATE TABLE sent_in_day (
    route text COLLATE "C" NOT NULL,
    day bigint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (route, day)
);

-- The gateways that serve this home; one that was killed stays until the next one comes.
CREATE TABLE gateway (
    id uuid PRIMARY KEY,
    since bigint NOT NULL,
    seen bigint NOT NULL
);

-- The one clock of all gateways.
CREATE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL SAFE
    AS $$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- What was kept before there were ids that tell their key.
CREATE TABLE message_before PARTITION OF message
    FOR VALUES FROM (MINVALUE) TO (90596966400000);
CREATE UNIQUE INDEX message_before_uuid ON message_before (uuid);
CREATE TABLE event_before PARTITION OF event FOR VALUES FROM (MINVALUE) TO (90596966400000);
CREATE UNIQUE INDEX event_before_id ON event_before (id);
CREATE TABLE attempt_before PARTITION OF attempt FOR VALUES FROM (MINVALUE) TO (90596966400000);

-- Makes the partitions of the day of a key. Attaching keeps nobody waiting who reads or writes.
CREATE FUNCTION make_partitions(key bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = textpeak, pg_temp AS $$
DECLARE
    -- A day of 86,400,000 ms << 20.
    length CONSTANT bigint := 90596966400000;
    day CONSTANT bigint := key / length;
    parent text;
    child text;
BEGIN
    IF day < 1 THEN
        RETURN;
    END IF;
    FOREACH parent IN ARRAY ARRAY['message', 'event', 'attempt'] LOOP
        child := parent || '_' || to_char(to_timestamp(day * 86400) AT TIME ZONE 'UTC', 'YYYYMMDD');
        IF to_regclass(child) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)
                WITH (autovacuum_vacuum_scale_factor = 0.02)', child, parent);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                parent, child, day * length, (day + 1) * length);
        END IF;
    END LOOP;
END $$;

-- Takes so many keys; the first of them. Holds the row of `place` until the transaction ends.
CREATE FUNCTION take_keys(n bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = textpeak, pg_temp AS $$
DECLARE
    length CONSTANT bigint := 90596966400000;
    newest bigint;
    made bigint;
BEGIN
    UPDATE place SET last = greatest(last, now_ms() << 20) + n
        RETURNING last, made_until INTO newest, made;
    IF newest >= made THEN
        PERFORM make_partitions(newest - n + 1), make_partitions(newest);
        UPDATE place SET made_until = (newest / length + 1) * length;
    END IF;
    RETURN newest - n + 1;
END $$;

-- As `take_keys`, for a statement that writes with them at once: it cannot make tables that it has
-- opened already, and fails with TP001 where the day has none yet.
CREATE FUNCTION take_made_keys(n bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = textpeak, pg_temp AS $$
DECLARE
    newest bigint;
    made bigint;
BEGIN
    UPDATE place SET last = greatest(last, now_ms() << 20) + n
        RETURNING last, made_until INTO newest, made;
    IF newest >= made THEN
        RAISE EXCEPTION 'the day has no partitions yet' USING ERRCODE = 'TP001';
    END IF;
    RETURN newest - n + 1;
END $$;
