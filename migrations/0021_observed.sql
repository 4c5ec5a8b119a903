-- What a recorder saw has come into the log: errnos that no rule gives, sightings in the place of
-- calls, events that are inferred, and where the record has holes.
CREATE TABLE "holes" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"position_from" bigint NOT NULL,
	CONSTRAINT "holes_pkey" PRIMARY KEY("host_id","position_from")
);
--> statement-breakpoint
CREATE VIEW "holes_of_line" AS
	SELECT "host_id", "boot", "position_from" FROM "holes"
	UNION ALL
	SELECT l."host_id", v."boot", v."position_from" FROM "lineages" l JOIN "holes" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT ON holes TO bpfledger_service;
		GRANT SELECT ON holes_of_line TO bpfledger_service;
	END IF;
END;
$$;
--> statement-breakpoint
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('errno', 4, 'EINTR'), ('errno', 6, 'ENXIO'), ('errno', 8, 'ENOEXEC'), ('errno', 10, 'ECHILD'),
	('errno', 15, 'ENOTBLK'), ('errno', 23, 'ENFILE'), ('errno', 25, 'ENOTTY'),
	('errno', 26, 'ETXTBSY'), ('errno', 27, 'EFBIG'), ('errno', 29, 'ESPIPE'),
	('errno', 30, 'EROFS'), ('errno', 31, 'EMLINK'), ('errno', 32, 'EPIPE'), ('errno', 33, 'EDOM'),
	('errno', 34, 'ERANGE'), ('errno', 35, 'EDEADLK'), ('errno', 37, 'ENOLCK'),
	('errno', 38, 'ENOSYS'), ('errno', 40, 'ELOOP'), ('errno', 61, 'ENODATA'),
	('errno', 62, 'ETIME'), ('errno', 71, 'EPROTO'), ('errno', 74, 'EBADMSG'),
	('errno', 75, 'EOVERFLOW'), ('errno', 87, 'EUSERS'), ('errno', 88, 'ENOTSOCK'),
	('errno', 90, 'EMSGSIZE'), ('errno', 93, 'EPROTONOSUPPORT'), ('errno', 95, 'EOPNOTSUPP'),
	('errno', 105, 'ENOBUFS'), ('errno', 110, 'ETIMEDOUT'), ('errno', 111, 'ECONNREFUSED'),
	('errno', 114, 'EALREADY'), ('errno', 122, 'EDQUOT'), ('errno', 125, 'ECANCELED'),
	('errno', 128, 'EKEYREVOKED'), ('errno', 129, 'EKEYREJECTED'), ('call', 44, 'found'),
	('call', 45, 'gone'), ('call', 46, 'lost'), ('effect', 41, 'CloexecChanged'),
	('effect', 42, 'HoldersForgotten'), ('effect', 43, 'CgroupEmptied'), ('reason', 13, 'unseen'),
	('source', 2, 'inferred');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 44, 1, 'process', null), ('call', 44, 2, 'cgroup', null),
	('call', 44, 3, 'prog', null), ('call', 44, 4, 'map', null), ('call', 44, 5, 'entry', null),
	('call', 44, 6, 'link', null), ('call', 44, 7, 'pin', null), ('call', 44, 8, 'fd', null),
	('call', 45, 1, 'process', null), ('call', 45, 2, 'cgroup', null),
	('call', 45, 3, 'prog', null), ('call', 45, 4, 'map', null), ('call', 45, 5, 'link', null),
	('call', 45, 6, 'entry', null), ('call', 45, 7, 'pin', null), ('call', 45, 8, 'fd', null),
	('call', 46, 1, 'events', null), ('call', 46, 2, 'from', null), ('call', 46, 3, 'to', null),
	('call', 46, 4, 'cause', null), ('effect', 41, 1, 'fd', null),
	('effect', 41, 2, 'cloexec', 'bool'), ('effect', 42, 1, 'kind', 'kind'),
	('effect', 42, 2, 'id', null), ('effect', 43, 1, 'cgroup_id', null);
--> statement-breakpoint
-- The log: a row an event, with names for its numbers. A list stands for the source of an event where
-- more is known of it; the first item is the source.
CREATE OR REPLACE VIEW "events_view" WITH (security_barrier = true) AS
SELECT h.name AS host, e.position, ledger_time(e.recorded_at) AS recorded_at,
	ledger_time(e.recorded_at + (b ->> 1)::bigint) AS at,
	(b ->> 2)::int AS boot,
	CASE CASE jsonb_typeof(b -> 3) WHEN 'array' THEN b #>> '{3,0}' ELSE b ->> 3 END
		WHEN '0' THEN 'decided' WHEN '1' THEN 'observed' ELSE 'inferred' END AS source,
	b ->> 4 AS actor, (b ->> 5)::bigint AS pid, b ->> 6 AS comm,
	(SELECT n.name FROM ledger_names n WHERE n.kind = 'call' AND n.code = (b #>> '{7,0}')::int)
		AS call,
	ledger_record('call', b -> 7) AS arguments,
	CASE WHEN o.first >= 0 THEN o.first END AS ret,
	(SELECT n.name FROM ledger_names n WHERE n.kind = 'errno' AND n.code = -o.first) AS errno,
	CASE WHEN o.first < 0 THEN b #>> '{8,1}' END AS rule,
	coalesce((
		SELECT jsonb_agg(jsonb_build_object('type', n.name) || ledger_record('effect', item.value)
			ORDER BY item.nth)
		FROM jsonb_array_elements(b -> 9) WITH ORDINALITY item(value, nth)
		JOIN ledger_names n ON n.kind = 'effect' AND n.code = (item.value ->> 0)::int), '[]')
		AS effects
FROM events_of_line e
JOIN hosts h USING (host_id)
CROSS JOIN LATERAL (SELECT e.body::jsonb AS b) body
CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(b -> 8)
	WHEN 'array' THEN (b #>> '{8,0}')::bigint ELSE (b ->> 8)::bigint END AS first) o
WHERE h.dropped_at IS NULL;
