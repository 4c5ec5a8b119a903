CREATE TABLE "lineages" (
	"host_id" bigint NOT NULL,
	"ancestor_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"position_to" bigint NOT NULL,
	CONSTRAINT "lineages_host_id_position_to_pk" PRIMARY KEY("host_id","position_to")
);
--> statement-breakpoint
ALTER TABLE "hosts" ADD COLUMN "dropped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "lineages" ADD CONSTRAINT "lineages_ancestor_id_hosts_host_id_fk" FOREIGN KEY ("ancestor_id") REFERENCES "public"."hosts"("host_id") ON DELETE no action ON UPDATE no action;