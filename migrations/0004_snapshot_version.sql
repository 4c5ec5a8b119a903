-- Snapshots are only shortcuts: those that do not say what version they are go.
DELETE FROM "snapshots";--> statement-breakpoint
ALTER TABLE "snapshots" DROP CONSTRAINT "snapshots_host_id_position_pk";--> statement-breakpoint
ALTER TABLE "snapshots" ADD COLUMN "version" integer NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_host_id_version_position_pk" PRIMARY KEY("host_id","version","position");
