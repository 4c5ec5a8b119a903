CREATE TABLE "executor_reports" (
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"executor" text NOT NULL,
	"how" text NOT NULL,
	"outcome" text NOT NULL,
	"agrees" boolean NOT NULL,
	"kernel_ids" text NOT NULL,
	"note" text NOT NULL,
	"duration" bigint NOT NULL,
	"reported_at" bigint NOT NULL,
	CONSTRAINT "executor_reports_host_id_position_pk" PRIMARY KEY("host_id","position")
);
--> statement-breakpoint
CREATE TABLE "executors" (
	"host_id" bigint PRIMARY KEY NOT NULL,
	"executor" text NOT NULL,
	"lease" text NOT NULL,
	"leased_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"place" text NOT NULL,
	"reported_position" bigint NOT NULL,
	"standing" text NOT NULL,
	"standing_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "executors" ADD CONSTRAINT "executors_host_id_hosts_host_id_fk" FOREIGN KEY ("host_id") REFERENCES "public"."hosts"("host_id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
-- A lease is renewed and a position moved on, so the service's role may change these rows.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT, UPDATE ON executors TO bpfledger_service;
		GRANT SELECT, INSERT ON executor_reports TO bpfledger_service;
	END IF;
END;
$$;
