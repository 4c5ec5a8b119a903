-- Distributes the log by host over a Citus cluster (Citus 13, PostgreSQL 15): run it once as the
-- owner of the tables, in the coordinator's database, after `bpfledger migrate` and while no service
-- runs:
--
--   psql -v ON_ERROR_STOP=1 "$DATABASE_URL" -f migrations/citus/distribute.sql
--
-- docs/citus.md says what works then, and what does not.

-- Triggers refuse changes of what is recorded. They run within a shard and reach for nothing outside
-- it, which is all that this setting asks for; each shard gets its own.
SET citus.enable_unsafe_triggers = on;
-- Tables refer to hosts, a reference table: one after the other over one connection.
SET citus.multi_shard_modify_mode = 'sequential';
SET client_min_messages = warning;

-- A host is not deleted from a cluster: what guards its rows would have to ask another table than that of
-- the shard. So each shard refuses whoever asks, as it refuses changes.
CREATE OR REPLACE FUNCTION "refuse_deletion"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
		USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE OR REPLACE FUNCTION "refuse_deletion_by_others"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'no host is deleted from a database that is distributed by host (docs/citus.md)'
		USING ERRCODE = 'feature_not_supported';
END;
$$;

-- Nor is a log cut there, or a log imported that was: each shard would have to ask for other tables.
CREATE OR REPLACE FUNCTION "refuse_cut_by_others"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'no log is cut in a database that is distributed by host (docs/citus.md)'
		USING ERRCODE = 'feature_not_supported';
END;
$$;

-- Small tables that every node has: who the hosts are and where they come from, keys, and the names of codes.
SELECT create_reference_table('hosts');
SELECT create_reference_table('host_deletions');
SELECT create_reference_table('lineages');
SELECT create_reference_table('imports');
SELECT create_reference_table('signing_keys');
SELECT create_reference_table('ledger_names');
SELECT create_reference_table('ledger_fields');
-- Alert rules are about all hosts.
SELECT create_reference_table('alert_rules');
SELECT create_reference_table('alert_spells');
SELECT create_reference_table('alert_deliveries');
SELECT create_reference_table('alert_duty');

-- All that belongs to one host lies on one node, so that an append is one statement of one shard.
SELECT create_distributed_table('heads', 'host_id');
SELECT create_distributed_table('events', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('idempotency', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('snapshots', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('cuts', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('segments', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('checkpoints', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('merkle_nodes', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('executors', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('executor_reports', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('executor_repairs', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('boots', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('cgroup_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('program_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('link_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('entry_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('written_array_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('pin_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('map_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('storage_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('element_versions', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('holes', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('arrivals', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('program_lives', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('entry_lives', 'host_id', colocate_with => 'heads');
SELECT create_distributed_table('cgroup_lives', 'host_id', colocate_with => 'heads');

-- A branch reads rows of other hosts, which may lie on other nodes.
CREATE FUNCTION "refuse_branches"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'a database that is distributed by host has no branches'
		USING ERRCODE = 'feature_not_supported';
END;
$$;
CREATE TRIGGER "lineages_need_one_node" BEFORE INSERT ON "lineages"
	FOR EACH ROW EXECUTE FUNCTION "refuse_branches"();

-- A SQL function with parameters cannot read tables of a cluster; PL/pgSQL can.
CREATE OR REPLACE FUNCTION "ledger_value"(coded_as text, value jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF $1 IS NULL THEN RETURN $2; END IF;
	IF $1 = 'bool' THEN RETURN to_jsonb($2 = '1'); END IF;
	IF jsonb_typeof($2) = 'array' THEN
		RETURN coalesce((
			SELECT jsonb_agg(n.name ORDER BY item.nth)
			FROM jsonb_array_elements_text($2) WITH ORDINALITY item(code, nth)
			JOIN ledger_names n ON n.kind = $1 AND n.code = item.code::int), '[]');
	END IF;
	IF jsonb_typeof($2) = 'string' THEN RETURN ($2 #>> '{}')::jsonb; END IF;
	RETURN coalesce((
		SELECT to_jsonb(n.name) FROM ledger_names n
		WHERE n.kind = $1 AND n.code = ($2 #>> '{}')::bigint), $2);
END;
$$;
