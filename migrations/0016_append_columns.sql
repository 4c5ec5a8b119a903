-- What is known of an append (the chain's value, its writer, the latest "at") stands beside its last
-- event. In a table of its own it took a row and two index entries for each append: half of what an
-- event takes that is recorded alone.
DROP VIEW "batches_of_line";--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "at_max" bigint;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "writer" bigint;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "hash" "bytea";--> statement-breakpoint
-- The one time that the guard of the log steps aside: what was recorded moves, and stays the same.
ALTER TABLE "events" DISABLE TRIGGER "events_append_only";--> statement-breakpoint
UPDATE "events" e SET "at_max" = b."at_max", "writer" = b."writer", "hash" = b."hash"
FROM "batches" b WHERE b."host_id" = e."host_id" AND b."position_to" = e."position";
--> statement-breakpoint
ALTER TABLE "events" ENABLE TRIGGER "events_append_only";--> statement-breakpoint
DROP TABLE "batches";--> statement-breakpoint
-- A row an append, under the name of its last event's position.
CREATE VIEW "batches" AS
	SELECT "host_id", "position" AS "position_to", "recorded_at", "at_max", "writer", "hash"
	FROM "events" WHERE "hash" IS NOT NULL;
--> statement-breakpoint
-- The last append of a host's line whose events are all of that time or before (microseconds since
-- the epoch), by its last position; 0 when there is none. "at_max" never decreases along a line, so
-- it is found by halving, stretch by stretch, the latest first.
CREATE FUNCTION "last_append_until"(of_host bigint, until bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
	stretch record;
	lowest bigint;
	highest bigint;
	half bigint;
	append record;
	found_to bigint := 0;
BEGIN
	FOR stretch IN
		SELECT t.host_id, coalesce(h.origin_position, 0) + 1 AS first, t.position AS last
		FROM heads t JOIN hosts h USING (host_id) WHERE t.host_id = of_host
		UNION ALL
		SELECT l.ancestor_id, l.position_from, l.position_to FROM lineages l
		WHERE l.host_id = of_host
		ORDER BY first DESC
	LOOP
		lowest := stretch.first;
		highest := stretch.last;
		WHILE lowest <= highest LOOP
			half := (lowest + highest) / 2;
			SELECT b.position_to, b.at_max INTO append FROM batches b
			WHERE b.host_id = stretch.host_id AND b.position_to BETWEEN half AND highest
			ORDER BY b.position_to LIMIT 1;
			IF append.at_max <= until THEN
				found_to := append.position_to;
				lowest := found_to + 1;
			ELSE
				highest := half - 1;
			END IF;
		END LOOP;
		IF found_to > 0 THEN
			RETURN found_to;
		END IF;
	END LOOP;
	RETURN 0;
END;
$$;
--> statement-breakpoint
-- The last position whose running maximum of "at" is not after a time; 0 before the first.
CREATE OR REPLACE FUNCTION "position_at"(host text, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
	WITH asked AS (
		SELECT m.host_id, m.position AS head, (extract(epoch FROM $2) * 1000000)::bigint AS micros
		FROM ledger_moment($1, NULL) m
	)
	SELECT coalesce((
		SELECT e.position - 1 FROM events_of_line e
		WHERE e.host_id = asked.host_id
			AND e.position > last_append_until(asked.host_id, asked.micros)
			AND e.recorded_at + (e.body::jsonb ->> 1)::bigint > asked.micros
		ORDER BY e.position LIMIT 1), head)
	FROM asked
$$;
