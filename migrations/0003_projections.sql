CREATE TABLE "boots" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"position_from" bigint NOT NULL,
	"boot_id" text NOT NULL,
	"release" text NOT NULL,
	"config" text NOT NULL,
	"projection_version" integer NOT NULL,
	CONSTRAINT "boots_pkey" PRIMARY KEY("host_id","position_from")
);
--> statement-breakpoint
CREATE TABLE "cgroup_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"cgroup_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"parent_id" bigint,
	"path" text,
	"gone" boolean NOT NULL,
	CONSTRAINT "cgroup_versions_pkey" PRIMARY KEY("host_id","boot","cgroup_id","position_from")
);
--> statement-breakpoint
CREATE TABLE "element_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"map_id" bigint NOT NULL,
	"key" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"value" bigint,
	"gone" boolean NOT NULL,
	CONSTRAINT "element_versions_pkey" PRIMARY KEY("host_id","boot","map_id","key","position_from")
);
--> statement-breakpoint
CREATE TABLE "entry_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"cgroup_id" bigint NOT NULL,
	"attach_type" text NOT NULL,
	"position_from" bigint NOT NULL,
	"mode" text,
	"revision" bigint,
	"entries" text,
	"gone" boolean NOT NULL,
	CONSTRAINT "entry_versions_pkey" PRIMARY KEY("host_id","boot","cgroup_id","attach_type","position_from")
);
--> statement-breakpoint
CREATE TABLE "link_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"link_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"prog_id" bigint,
	"attach_type" text,
	"cgroup_id" bigint,
	"gone" boolean NOT NULL,
	CONSTRAINT "link_versions_pkey" PRIMARY KEY("host_id","boot","link_id","position_from")
);
--> statement-breakpoint
CREATE TABLE "map_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"map_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"map_type" text,
	"key_size" bigint,
	"value_size" bigint,
	"max_entries" bigint,
	"map_name" text,
	"gone" boolean NOT NULL,
	CONSTRAINT "map_versions_pkey" PRIMARY KEY("host_id","boot","map_id","position_from")
);
--> statement-breakpoint
CREATE TABLE "pin_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"path" text NOT NULL,
	"position_from" bigint NOT NULL,
	"kind" text,
	"object_id" bigint,
	"uid" bigint,
	"mode" integer,
	"gone" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "program_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"prog_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"prog_type" text,
	"expected_attach_type" text,
	"enforced" boolean,
	"prog_name" text,
	"tag" text,
	"uid" bigint,
	"map_ids" text,
	"storage_map_ids" text,
	"gone" boolean NOT NULL,
	CONSTRAINT "program_versions_pkey" PRIMARY KEY("host_id","boot","prog_id","position_from")
);
--> statement-breakpoint
CREATE TABLE "storage_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"map_id" bigint NOT NULL,
	"cgroup_id" bigint NOT NULL,
	"attach_type" text NOT NULL,
	"position_from" bigint NOT NULL,
	"value" bigint,
	"made" boolean NOT NULL,
	"gone" boolean NOT NULL,
	CONSTRAINT "storage_versions_pkey" PRIMARY KEY("host_id","boot","map_id","cgroup_id","attach_type","position_from")
);
--> statement-breakpoint
CREATE TABLE "written_array_versions" (
	"host_id" bigint NOT NULL,
	"boot" integer NOT NULL,
	"cgroup_id" bigint NOT NULL,
	"attach_type" text NOT NULL,
	"position_from" bigint NOT NULL,
	"prog_ids" text,
	CONSTRAINT "written_array_versions_pkey" PRIMARY KEY("host_id","boot","cgroup_id","attach_type","position_from")
);
--> statement-breakpoint
CREATE INDEX "cgroup_versions_changes" ON "cgroup_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE INDEX "cgroup_versions_path" ON "cgroup_versions" USING btree ("host_id","boot",md5("path"),"position_from");--> statement-breakpoint
CREATE INDEX "element_versions_changes" ON "element_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE INDEX "entry_versions_changes" ON "entry_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE INDEX "link_versions_changes" ON "link_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE INDEX "map_versions_changes" ON "map_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE UNIQUE INDEX "pin_versions_key" ON "pin_versions" USING btree ("host_id","boot",md5("path"),"position_from");--> statement-breakpoint
CREATE INDEX "pin_versions_changes" ON "pin_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE INDEX "program_versions_changes" ON "program_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE INDEX "storage_versions_changes" ON "storage_versions" USING btree ("host_id","position_from");--> statement-breakpoint
CREATE INDEX "written_array_versions_changes" ON "written_array_versions" USING btree ("host_id","position_from");