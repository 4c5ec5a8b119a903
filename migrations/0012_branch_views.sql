-- What a host's rows are when it is a branch: its own, and those of the hosts it grew from up to
-- where it did. Every query about the past of a host reads these views; of a host that is no branch
-- they give its own rows, in the order of the same indexes, for one look into an empty table.
--> statement-breakpoint
CREATE VIEW "boots_of_line" AS
	SELECT "host_id", "boot", "position_from", "boot_id", "release", "config", "projection_version" FROM "boots"
	UNION ALL
	SELECT l."host_id", v."boot", v."position_from", v."boot_id", v."release", v."config", v."projection_version" FROM "lineages" l JOIN "boots" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "cgroup_versions_of_line" AS
	SELECT "host_id", "boot", "cgroup_id", "position_from", "parent_id", "path", "gone" FROM "cgroup_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."cgroup_id", v."position_from", v."parent_id", v."path", v."gone" FROM "lineages" l JOIN "cgroup_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "program_versions_of_line" AS
	SELECT "host_id", "boot", "prog_id", "position_from", "prog_type", "expected_attach_type", "enforced", "prog_name", "tag", "uid", "map_ids", "storage_map_ids", "gone" FROM "program_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."prog_id", v."position_from", v."prog_type", v."expected_attach_type", v."enforced", v."prog_name", v."tag", v."uid", v."map_ids", v."storage_map_ids", v."gone" FROM "lineages" l JOIN "program_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "link_versions_of_line" AS
	SELECT "host_id", "boot", "link_id", "position_from", "prog_id", "attach_type", "cgroup_id", "gone" FROM "link_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."link_id", v."position_from", v."prog_id", v."attach_type", v."cgroup_id", v."gone" FROM "lineages" l JOIN "link_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "entry_versions_of_line" AS
	SELECT "host_id", "boot", "cgroup_id", "attach_type", "position_from", "mode", "revision", "entries", "gone" FROM "entry_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."cgroup_id", v."attach_type", v."position_from", v."mode", v."revision", v."entries", v."gone" FROM "lineages" l JOIN "entry_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "written_array_versions_of_line" AS
	SELECT "host_id", "boot", "cgroup_id", "attach_type", "position_from", "prog_ids" FROM "written_array_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."cgroup_id", v."attach_type", v."position_from", v."prog_ids" FROM "lineages" l JOIN "written_array_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "pin_versions_of_line" AS
	SELECT "host_id", "boot", "path", "position_from", "kind", "object_id", "uid", "mode", "gone" FROM "pin_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."path", v."position_from", v."kind", v."object_id", v."uid", v."mode", v."gone" FROM "lineages" l JOIN "pin_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "map_versions_of_line" AS
	SELECT "host_id", "boot", "map_id", "position_from", "map_type", "key_size", "value_size", "max_entries", "map_name", "gone" FROM "map_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."map_id", v."position_from", v."map_type", v."key_size", v."value_size", v."max_entries", v."map_name", v."gone" FROM "lineages" l JOIN "map_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "storage_versions_of_line" AS
	SELECT "host_id", "boot", "map_id", "cgroup_id", "attach_type", "position_from", "value", "made", "gone" FROM "storage_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."map_id", v."cgroup_id", v."attach_type", v."position_from", v."value", v."made", v."gone" FROM "lineages" l JOIN "storage_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "element_versions_of_line" AS
	SELECT "host_id", "boot", "map_id", "key", "position_from", "value", "gone" FROM "element_versions"
	UNION ALL
	SELECT l."host_id", v."boot", v."map_id", v."key", v."position_from", v."value", v."gone" FROM "lineages" l JOIN "element_versions" v
		ON v."host_id" = l."ancestor_id" AND v."position_from" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "events_of_line" AS
	SELECT "host_id", "position", "recorded_at", "body" FROM "events"
	UNION ALL
	SELECT l."host_id", v."position", v."recorded_at", v."body" FROM "lineages" l JOIN "events" v
		ON v."host_id" = l."ancestor_id" AND v."position" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
CREATE VIEW "batches_of_line" AS
	SELECT "host_id", "position_to", "recorded_at", "at_max", "writer", "hash" FROM "batches"
	UNION ALL
	SELECT l."host_id", v."position_to", v."recorded_at", v."at_max", v."writer", v."hash" FROM "lineages" l JOIN "batches" v
		ON v."host_id" = l."ancestor_id" AND v."position_to" BETWEEN l."position_from" AND l."position_to";
--> statement-breakpoint
-- Which branch reads what never changes, and a branch is dropped by saying so.
CREATE TRIGGER "lineages_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "lineages"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT ON lineages TO bpfledger_service;
		GRANT SELECT ON
			boots_of_line, cgroup_versions_of_line, program_versions_of_line, link_versions_of_line,
			entry_versions_of_line, written_array_versions_of_line, pin_versions_of_line, map_versions_of_line,
			storage_versions_of_line, element_versions_of_line, events_of_line, batches_of_line
			TO bpfledger_service;
		GRANT UPDATE (dropped_at) ON hosts TO bpfledger_service;
	END IF;
END;
$$;
