-- Where logs are cut: events before the position were removed by the owner of the tables, and the state
-- there is what the log begins with. The row is written first, and lets the rows before it go.
CREATE TABLE "cuts" (
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"recorded_at" bigint NOT NULL,
	"at_max" bigint NOT NULL,
	"tree" "bytea" NOT NULL,
	"version" integer NOT NULL,
	"state" "bytea" NOT NULL,
	"state_hash" "bytea" NOT NULL,
	"actor" text NOT NULL,
	"database_user" text DEFAULT session_user NOT NULL,
	"cut_at" bigint NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "cuts_host_id_position_pk" PRIMARY KEY("host_id","position")
);
--> statement-breakpoint
CREATE FUNCTION "refuse_cut_by_others"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	-- A branch begins with the cut of its origin, and an imported log with its own: such a host is new.
	IF NOT owns_table(TG_RELID) AND NOT EXISTS (SELECT FROM hosts h
		WHERE h.host_id = NEW.host_id AND h.xmin = pg_current_xact_id()::xid) THEN
		RAISE EXCEPTION 'only the owner of the tables cuts a log'
			USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN NEW;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "cuts_by_owner" BEFORE INSERT ON "cuts"
	FOR EACH ROW EXECUTE FUNCTION "refuse_cut_by_others"();
--> statement-breakpoint
-- What was recorded goes only with its whole host, or below a cut, and never without a trace.
CREATE OR REPLACE FUNCTION "refuse_deletion"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT owns_table(TG_RELID) OR NOT (deletes_host(NULL)
		OR (TG_TABLE_NAME IN ('events', 'segments') AND EXISTS (SELECT FROM cuts))) THEN
		RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
			USING ERRCODE = 'insufficient_privilege',
			      HINT = 'The owner of the tables removes a host as a whole (bpfledger hosts delete), or what is before a cut (bpfledger retention trim).';
	END IF;
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "refuse_deletion_of_others"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	first bigint;
BEGIN
	IF TG_TABLE_NAME = 'events' THEN
		first := OLD.position;
	ELSIF TG_TABLE_NAME = 'segments' THEN
		first := OLD.position_from;
	END IF;
	IF first IS NOT NULL AND EXISTS (
		SELECT FROM cuts c WHERE c.host_id = OLD.host_id AND c.position > first) THEN
		RETURN OLD;
	END IF;
	IF NOT deletes_host(OLD.host_id) THEN
		RAISE EXCEPTION '% is append-only: % is refused for host %', TG_TABLE_NAME, TG_OP, OLD.host_id
			USING ERRCODE = 'insufficient_privilege',
			      HINT = 'Only rows before a cut can be removed, or those of a host whose deletion this transaction recorded.';
	END IF;
	RETURN OLD;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "cuts_append_only" BEFORE UPDATE OR TRUNCATE ON "cuts"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "cuts_kept" BEFORE DELETE ON "cuts"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_deletion"();
--> statement-breakpoint
CREATE TRIGGER "cuts_of_others_kept" BEFORE DELETE ON "cuts"
	FOR EACH ROW EXECUTE FUNCTION "refuse_deletion_of_others"();
--> statement-breakpoint
-- They find nothing that who asks made for them: pg_temp comes last.
DO $$
DECLARE
	guard text;
BEGIN
	FOREACH guard IN ARRAY ARRAY['refuse_deletion', 'refuse_deletion_of_others', 'refuse_cut_by_others'] LOOP
		EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
	END LOOP;
END;
$$;
--> statement-breakpoint
-- A host and a position (null: where the log ends), checked; with the boot of that position.
CREATE OR REPLACE FUNCTION "ledger_moment"(host text, at_position bigint)
RETURNS TABLE (host_id bigint, boot integer, "position" bigint)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
DECLARE
	head bigint;
	oldest bigint;
BEGIN
	SELECT h.host_id, t.position, (SELECT max(c.position) FROM cuts c WHERE c.host_id = h.host_id)
	INTO ledger_moment.host_id, head, oldest
	FROM hosts h JOIN heads t ON t.host_id = h.host_id WHERE h.name = $1 AND h.dropped_at IS NULL;
	IF ledger_moment.host_id IS NULL THEN
		RAISE EXCEPTION 'there is no host %', $1 USING ERRCODE = 'no_data_found';
	END IF;
	IF $2 < 1 OR $2 > head THEN
		RAISE EXCEPTION 'the log of % has the positions 1 to %, not %', $1, head, $2
			USING ERRCODE = 'no_data_found';
	END IF;
	IF $2 < oldest THEN
		RAISE EXCEPTION 'position % of % was removed: the oldest that is kept is %', $2, $1, oldest
			USING ERRCODE = 'no_data_found';
	END IF;
	ledger_moment.position := coalesce($2, head);
	SELECT b.boot INTO ledger_moment.boot FROM boots_of_line b
	WHERE b.host_id = ledger_moment.host_id AND b.position_from <= ledger_moment.position
	ORDER BY b.position_from DESC LIMIT 1;
	RETURN NEXT;
END;
$$;
--> statement-breakpoint
-- The last position whose running maximum of "at" is not after a time; 0 before the first. It is null
-- for a time before the oldest position that is kept.
CREATE OR REPLACE FUNCTION "position_at"(host text, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER AS $$
	WITH asked AS (
		SELECT m.host_id, m.position AS head, (extract(epoch FROM $2) * 1000000)::bigint AS micros,
			(SELECT max(c.position) FROM cuts c WHERE c.host_id = m.host_id) AS oldest
		FROM ledger_moment($1, NULL) m
	), found AS (
		SELECT oldest, coalesce((
			SELECT e.position - 1 FROM events_of_line e
			WHERE e.host_id = asked.host_id
				AND e.position > last_append_until(asked.host_id, asked.micros)
				AND e.recorded_at + (e.body::jsonb ->> 1)::bigint > asked.micros
			ORDER BY e.position LIMIT 1), head) AS position
		FROM asked
	)
	SELECT CASE WHEN oldest IS NULL OR found.position >= oldest THEN found.position END FROM found
$$;
--> statement-breakpoint
DO $$
BEGIN
	EXECUTE format('ALTER FUNCTION position_at(text, timestamptz) SET search_path = %I, pg_temp',
		current_schema());
END;
$$;
--> statement-breakpoint
-- The service reads what was cut, and begins a branch or an imported log with it.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		REVOKE ALL ON cuts FROM bpfledger_service;
		GRANT SELECT, INSERT ON cuts TO bpfledger_service;
	END IF;
END;
$$;
