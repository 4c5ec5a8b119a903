-- Questions about all hosts read these tables, which follow the logs shortly after each append: the
-- order in which events came in, and from where to where programs, entries and cgroups were there.
CREATE TABLE "arrivals" (
	"host_id" bigint NOT NULL,
	"arrival" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"position_to" bigint NOT NULL,
	"at_from" bigint NOT NULL,
	"at_to" bigint NOT NULL,
	"at_max" bigint NOT NULL,
	"mark" bigint NOT NULL,
	CONSTRAINT "arrivals_pkey" PRIMARY KEY("host_id","arrival")
);
--> statement-breakpoint
CREATE TABLE "cgroup_lives" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"cgroup_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"position_to" bigint,
	"time_from" bigint NOT NULL,
	"time_to" bigint,
	"parent_id" bigint NOT NULL,
	"path" text NOT NULL,
	CONSTRAINT "cgroup_lives_pkey" PRIMARY KEY("host_id","boot","cgroup_id","position_from")
);
--> statement-breakpoint
CREATE TABLE "entry_lives" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"cgroup_id" bigint NOT NULL,
	"attach_type" text NOT NULL,
	"position_from" bigint NOT NULL,
	"position_to" bigint,
	"time_from" bigint NOT NULL,
	"time_to" bigint,
	"nth" integer NOT NULL,
	"mode" text NOT NULL,
	"prog_id" bigint NOT NULL,
	"link_id" bigint,
	"preorder" boolean NOT NULL,
	"prog_name" text NOT NULL,
	"tag" text NOT NULL,
	CONSTRAINT "entry_lives_pkey" PRIMARY KEY("host_id","boot","cgroup_id","attach_type","position_from","nth")
);
--> statement-breakpoint
CREATE TABLE "program_lives" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"prog_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"position_to" bigint,
	"time_from" bigint NOT NULL,
	"time_to" bigint,
	"prog_type" text NOT NULL,
	"expected_attach_type" text NOT NULL,
	"prog_name" text NOT NULL,
	"tag" text NOT NULL,
	"uid" bigint NOT NULL,
	CONSTRAINT "program_lives_pkey" PRIMARY KEY("host_id","boot","prog_id","position_from")
);
--> statement-breakpoint
CREATE INDEX "arrivals_order" ON "arrivals" USING btree ("arrival","host_id");--> statement-breakpoint
CREATE INDEX "cgroup_lives_path" ON "cgroup_lives" USING btree (md5("path"),"host_id");--> statement-breakpoint
CREATE INDEX "cgroup_lives_lasting_path" ON "cgroup_lives" USING btree (md5("path"),"host_id") WHERE "cgroup_lives"."position_to" IS NULL;--> statement-breakpoint
CREATE INDEX "cgroup_lives_lasting" ON "cgroup_lives" USING btree ("host_id","cgroup_id") WHERE "cgroup_lives"."position_to" IS NULL;--> statement-breakpoint
CREATE INDEX "entry_lives_tag" ON "entry_lives" USING btree ("tag","host_id");--> statement-breakpoint
CREATE INDEX "entry_lives_name" ON "entry_lives" USING btree ("prog_name","host_id");--> statement-breakpoint
CREATE INDEX "entry_lives_lasting_tag" ON "entry_lives" USING btree ("tag","host_id") WHERE "entry_lives"."position_to" IS NULL;--> statement-breakpoint
CREATE INDEX "entry_lives_lasting_name" ON "entry_lives" USING btree ("prog_name","host_id") WHERE "entry_lives"."position_to" IS NULL;--> statement-breakpoint
CREATE INDEX "entry_lives_lasting_list" ON "entry_lives" USING btree ("host_id","attach_type","cgroup_id") WHERE "entry_lives"."position_to" IS NULL;--> statement-breakpoint
CREATE INDEX "program_lives_tag" ON "program_lives" USING btree ("tag","host_id");--> statement-breakpoint
CREATE INDEX "program_lives_name" ON "program_lives" USING btree ("prog_name","host_id");--> statement-breakpoint
CREATE INDEX "program_lives_lasting_tag" ON "program_lives" USING btree ("tag","host_id") WHERE "program_lives"."position_to" IS NULL;--> statement-breakpoint
CREATE INDEX "program_lives_lasting_name" ON "program_lives" USING btree ("prog_name","host_id") WHERE "program_lives"."position_to" IS NULL;--> statement-breakpoint
CREATE INDEX "written_array_versions_written" ON "written_array_versions" USING btree ("host_id") WHERE "written_array_versions"."prog_ids" IS NOT NULL;--> statement-breakpoint
-- The end of a life is written once, into its row: the service's role may do that.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT ON arrivals TO bpfledger_service;
		GRANT SELECT, INSERT, UPDATE ON program_lives, entry_lives, cgroup_lives TO bpfledger_service;
	END IF;
END;
$$;
