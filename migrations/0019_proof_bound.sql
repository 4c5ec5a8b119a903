CREATE TABLE "imports" (
	"host_id" bigint PRIMARY KEY NOT NULL,
	"position_to" bigint NOT NULL,
	"imported_at" bigint NOT NULL,
	"actor" text NOT NULL,
	"exported_as" text NOT NULL,
	"born_as" text,
	"born_log_id" uuid,
	"key_ids" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "number" bigint;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "previous" "bytea";--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "log_id" uuid;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "recorded_from" bigint;--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "log_id" uuid;--> statement-breakpoint
-- A stored state says whose it is, and after which event. One that stands inside an append has no
-- chain value beside it and goes: snapshots are only shortcuts.
ALTER TABLE "snapshots" ADD COLUMN "hash" "bytea";--> statement-breakpoint
UPDATE "snapshots" s SET "hash" = sha256(convert_to(format(E'bpfledger snapshot v1\n%s\n%s\n%s\n%s\n',
	s."host_id", s."version", s."position", encode(b."hash", 'hex')), 'UTF8') || s."state")
FROM "batches" b WHERE b."position_to" = s."position" AND b."host_id" = coalesce((
	SELECT l."ancestor_id" FROM "lineages" l
	WHERE l."host_id" = s."host_id" AND l."position_to" >= s."position"
	ORDER BY l."position_to" LIMIT 1), s."host_id");
--> statement-breakpoint
DELETE FROM "snapshots" WHERE "hash" IS NULL;--> statement-breakpoint
ALTER TABLE "snapshots" ALTER COLUMN "hash" SET NOT NULL;--> statement-breakpoint
-- A host whose checkpoints call it by another name was imported: until now nothing said so. How far
-- it was is known as far as these checkpoints go.
INSERT INTO "imports" ("host_id", "position_to", "imported_at", "actor", "exported_as", "key_ids")
SELECT h."host_id", max(c."position"), (extract(epoch FROM h."created_at") * 1000000)::bigint, 'unknown',
	(array_agg(c."host" ORDER BY c."position" DESC))[1], string_agg(DISTINCT c."key_id", ' ')
FROM "hosts" h JOIN "checkpoints" c USING ("host_id") WHERE c."host" <> h."name"
GROUP BY h."host_id";
--> statement-breakpoint
CREATE TRIGGER "imports_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "imports"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT ON imports TO bpfledger_service;
	END IF;
END;
$$;
