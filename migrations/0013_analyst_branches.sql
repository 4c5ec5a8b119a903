-- The views of analysts again, for hosts that are branches: they follow the line that a host grew
-- from, and leave out what was dropped. The planner is told how few rows a moment is.
CREATE OR REPLACE VIEW "hosts_view" AS
SELECT h.name AS host, t.position, ledger_time(t.recorded_at) AS recorded_at, h.created_at,
	(SELECT b.release FROM boots_of_line b WHERE b.host_id = h.host_id
		ORDER BY b.position_from DESC LIMIT 1) AS release
FROM hosts h JOIN heads t USING (host_id)
WHERE h.dropped_at IS NULL;
--> statement-breakpoint
-- The log: a row an event, with names for its numbers.
CREATE OR REPLACE VIEW "events_view" AS
SELECT h.name AS host, e.position, ledger_time(e.recorded_at) AS recorded_at,
	ledger_time(e.recorded_at + (b ->> 1)::bigint) AS at,
	(b ->> 2)::int AS boot,
	CASE b ->> 3 WHEN '0' THEN 'decided' ELSE 'observed' END AS source,
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
--> statement-breakpoint
-- A host and a position (null: where the log ends), checked; with the boot of that position.
CREATE OR REPLACE FUNCTION "ledger_moment"(host text, at_position bigint)
RETURNS TABLE (host_id bigint, boot integer, "position" bigint)
LANGUAGE plpgsql STABLE ROWS 1 AS $$
DECLARE
	head bigint;
BEGIN
	SELECT h.host_id, t.position INTO ledger_moment.host_id, head
	FROM hosts h JOIN heads t ON t.host_id = h.host_id WHERE h.name = $1 AND h.dropped_at IS NULL;
	IF ledger_moment.host_id IS NULL THEN
		RAISE EXCEPTION 'there is no host %', $1 USING ERRCODE = 'no_data_found';
	END IF;
	IF $2 < 1 OR $2 > head THEN
		RAISE EXCEPTION 'the log of % has the positions 1 to %, not %', $1, head, $2
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
-- The last position whose running maximum of "at" is not after a time; 0 before the first.
CREATE OR REPLACE FUNCTION "position_at"(host text, at timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
	WITH asked AS (
		SELECT m.host_id, m.position AS head, (extract(epoch FROM $2) * 1000000)::bigint AS micros
		FROM ledger_moment($1, NULL) m
	), before AS (
		SELECT asked.*, coalesce((
			SELECT b.position_to FROM batches_of_line b
			WHERE b.host_id = asked.host_id AND b.at_max <= asked.micros
			ORDER BY b.at_max DESC, b.position_to DESC LIMIT 1), 0) AS position_to
		FROM asked
	), next_batch AS (
		SELECT before.*, coalesce((
			SELECT min(b.position_to) FROM batches_of_line b
			WHERE b.host_id = before.host_id AND b.position_to > before.position_to),
			before.position_to) AS batch_to
		FROM before
	), later AS (
		SELECT min(e.position) AS first_after
		FROM next_batch n JOIN events_of_line e ON e.host_id = n.host_id
			AND e.position > n.position_to AND e.position <= n.batch_to
		WHERE e.recorded_at + (e.body::jsonb ->> 1)::bigint > n.micros
	)
	SELECT coalesce(later.first_after - 1, n.batch_to) FROM next_batch n, later
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "cgroups_at"(host text, at_position bigint DEFAULT NULL)
RETURNS TABLE (cgroup_id bigint, parent_id bigint, path text)
LANGUAGE sql STABLE ROWS 100 AS $$
	SELECT v.cgroup_id, v.parent_id, v.path
	FROM ledger_moment($1, $2) m CROSS JOIN LATERAL (
		SELECT DISTINCT ON (c.cgroup_id) c.* FROM cgroup_versions_of_line c
		WHERE c.host_id = m.host_id AND c.boot = m.boot AND c.position_from <= m.position
		ORDER BY c.cgroup_id, c.position_from DESC) v
	WHERE NOT v.gone ORDER BY v.path COLLATE "C"
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "programs_at"(host text, at_position bigint DEFAULT NULL)
RETURNS TABLE (prog_id bigint, prog_type text, expected_attach_type text, prog_name text,
	tag text, uid bigint, since bigint)
LANGUAGE sql STABLE ROWS 100 AS $$
	SELECT v.prog_id, v.prog_type, v.expected_attach_type, v.prog_name, v.tag, v.uid,
		v.position_from
	FROM ledger_moment($1, $2) m CROSS JOIN LATERAL (
		SELECT DISTINCT ON (p.prog_id) p.* FROM program_versions_of_line p
		WHERE p.host_id = m.host_id AND p.boot = m.boot AND p.position_from <= m.position
		ORDER BY p.prog_id, p.position_from DESC) v
	WHERE NOT v.gone ORDER BY v.prog_id
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "links_at"(host text, at_position bigint DEFAULT NULL)
RETURNS TABLE (link_id bigint, prog_id bigint, attach_type text, cgroup_id bigint, path text,
	since bigint)
LANGUAGE sql STABLE ROWS 100 AS $$
	SELECT v.link_id, v.prog_id, v.attach_type, v.cgroup_id, c.path, v.position_from
	FROM ledger_moment($1, $2) m CROSS JOIN LATERAL (
		SELECT DISTINCT ON (l.link_id) l.* FROM link_versions_of_line l
		WHERE l.host_id = m.host_id AND l.boot = m.boot AND l.position_from <= m.position
		ORDER BY l.link_id, l.position_from DESC) v
	LEFT JOIN cgroups_at($1, $2) c ON c.cgroup_id = v.cgroup_id
	WHERE NOT v.gone ORDER BY v.link_id
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "maps_at"(host text, at_position bigint DEFAULT NULL)
RETURNS TABLE (map_id bigint, map_type text, key_size bigint, value_size bigint,
	max_entries bigint, map_name text, since bigint)
LANGUAGE sql STABLE ROWS 100 AS $$
	SELECT v.map_id, v.map_type, v.key_size, v.value_size, v.max_entries, v.map_name,
		v.position_from
	FROM ledger_moment($1, $2) m CROSS JOIN LATERAL (
		SELECT DISTINCT ON (t.map_id) t.* FROM map_versions_of_line t
		WHERE t.host_id = m.host_id AND t.boot = m.boot AND t.position_from <= m.position
		ORDER BY t.map_id, t.position_from DESC) v
	WHERE NOT v.gone ORDER BY v.map_id
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "pins_at"(host text, at_position bigint DEFAULT NULL)
RETURNS TABLE (path text, kind text, object_id bigint, uid bigint, mode integer, since bigint)
LANGUAGE sql STABLE ROWS 100 AS $$
	SELECT v.path, v.kind, v.object_id, v.uid, v.mode, v.position_from
	FROM ledger_moment($1, $2) m CROSS JOIN LATERAL (
		SELECT DISTINCT ON (md5(p.path), p.path) p.* FROM pin_versions_of_line p
		WHERE p.host_id = m.host_id AND p.boot = m.boot AND p.position_from <= m.position
		ORDER BY md5(p.path), p.path, p.position_from DESC) v
	WHERE NOT v.gone ORDER BY v.path COLLATE "C"
$$;
--> statement-breakpoint
-- What is attached: every entry of every list, in list order.
CREATE OR REPLACE FUNCTION "entries_at"(host text, at_position bigint DEFAULT NULL)
RETURNS TABLE (cgroup_id bigint, path text, attach_type text, mode text, revision bigint,
	index integer, prog_id bigint, link_id bigint, preorder boolean)
LANGUAGE sql STABLE ROWS 100 AS $$
	SELECT c.cgroup_id, c.path, v.attach_type, v.mode, v.revision, (entry.nth - 1)::int,
		(entry.value ->> 'prog_id')::bigint, (entry.value ->> 'link_id')::bigint,
		coalesce((entry.value ->> 'preorder')::boolean, false)
	FROM ledger_moment($1, $2) m
	CROSS JOIN LATERAL (
		SELECT DISTINCT ON (e.cgroup_id, e.attach_type) e.* FROM entry_versions_of_line e
		WHERE e.host_id = m.host_id AND e.boot = m.boot AND e.position_from <= m.position
		ORDER BY e.cgroup_id, e.attach_type, e.position_from DESC) v
	JOIN cgroups_at($1, $2) c ON c.cgroup_id = v.cgroup_id
	CROSS JOIN LATERAL jsonb_array_elements(v.entries::jsonb) WITH ORDINALITY entry(value, nth)
	WHERE NOT v.gone
	ORDER BY c.path COLLATE "C", v.attach_type, entry.nth
$$;
--> statement-breakpoint
-- What runs on a cgroup for an attach type, in order, each slot with the entry it comes from: the
-- nearest list with entries, and those above it in multi mode. An array that a kernel bug wrote
-- holds until a list at or above it changes; its slots come from no entry.
CREATE OR REPLACE FUNCTION "effective_array_at"(host text, cgroup_path text, attach_type text,
	at_position bigint DEFAULT NULL)
RETURNS TABLE (slot integer, prog_id bigint, prog_name text, link_id bigint, from_path text,
	index integer, preorder boolean)
LANGUAGE sql STABLE ROWS 100 AS $$
	WITH RECURSIVE moment AS (
		SELECT * FROM ledger_moment($1, $4)
	), cgroups AS (
		SELECT * FROM cgroups_at($1, $4)
	), chain AS (
		SELECT c.cgroup_id, c.parent_id, c.path, 0 AS depth FROM cgroups c WHERE c.path = $2
		UNION ALL
		SELECT parent.cgroup_id, parent.parent_id, parent.path, chain.depth + 1
		FROM chain JOIN cgroups parent ON parent.cgroup_id = chain.parent_id
	), levels AS (
		SELECT chain.depth, chain.path, list.mode, list.entries, min(chain.depth) OVER () AS nearest
		FROM chain CROSS JOIN moment m CROSS JOIN LATERAL (
			SELECT e.mode, e.entries FROM entry_versions_of_line e
			WHERE e.host_id = m.host_id AND e.boot = m.boot AND e.cgroup_id = chain.cgroup_id
				AND e.attach_type = $3 AND e.position_from <= m.position
			ORDER BY e.position_from DESC LIMIT 1) list
		WHERE list.entries <> '[]'
	), newest_written AS (
		SELECT w.position_from, w.prog_ids FROM moment m
		JOIN chain ON chain.depth = 0
		JOIN written_array_versions_of_line w ON w.host_id = m.host_id AND w.boot = m.boot
			AND w.cgroup_id = chain.cgroup_id AND w.attach_type = $3
			AND w.position_from <= m.position
		ORDER BY w.position_from DESC LIMIT 1
	), written AS (
		SELECT n.prog_ids FROM newest_written n
		WHERE n.prog_ids IS NOT NULL AND NOT EXISTS (
			SELECT FROM moment m CROSS JOIN chain
			JOIN written_array_versions_of_line w ON w.host_id = m.host_id AND w.boot = m.boot
				AND w.cgroup_id = chain.cgroup_id AND w.attach_type = $3
			WHERE w.position_from > n.position_from AND w.position_from <= m.position
				AND w.prog_ids IS NULL)
	), slots AS (
		SELECT id::bigint AS prog_id, NULL::bigint AS link_id, NULL::text AS path,
			NULL::int AS index, false AS preorder, 0 AS depth, nth
		FROM written CROSS JOIN jsonb_array_elements_text(prog_ids::jsonb) WITH ORDINALITY s(id, nth)
		UNION ALL
		SELECT (entry ->> 'prog_id')::bigint, (entry ->> 'link_id')::bigint, path,
			(nth - 1)::int, entry ->> 'preorder' IS NOT NULL,
			CASE WHEN entry ->> 'preorder' IS NULL THEN depth ELSE -depth END, nth
		FROM levels CROSS JOIN jsonb_array_elements(entries::jsonb) WITH ORDINALITY s(entry, nth)
		WHERE (mode = 'multi' OR depth = nearest) AND NOT EXISTS (SELECT FROM written)
	)
	SELECT (row_number() OVER (ORDER BY s.preorder DESC, s.depth, s.nth) - 1)::int,
		s.prog_id, p.prog_name, s.link_id, s.path, s.index, s.preorder
	FROM slots s LEFT JOIN programs_at($1, $4) p ON p.prog_id = s.prog_id
	ORDER BY 1
$$;
