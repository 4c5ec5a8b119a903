CREATE TABLE "batches" (
	"host_id" bigint NOT NULL,
	"position_to" bigint NOT NULL,
	"recorded_at" bigint NOT NULL,
	"at_max" bigint NOT NULL,
	"writer" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "batches_host_id_position_to_pk" PRIMARY KEY("host_id","position_to")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"recorded_at" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "events_host_id_position_pk" PRIMARY KEY("host_id","position")
);
--> statement-breakpoint
CREATE TABLE "heads" (
	"host_id" bigint PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	"epoch" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"recorded_at" bigint NOT NULL,
	"at_max" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hosts" (
	"host_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "hosts_host_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"origin_host_id" bigint,
	"origin_position" bigint,
	CONSTRAINT "hosts_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "idempotency" (
	"host_id" bigint NOT NULL,
	"principal" text NOT NULL,
	"key" text NOT NULL,
	"line" integer NOT NULL,
	"fingerprint" text NOT NULL,
	"position_from" bigint NOT NULL,
	"position_to" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "idempotency_host_id_principal_key_line_pk" PRIMARY KEY("host_id","principal","key","line")
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"state" "bytea" NOT NULL,
	CONSTRAINT "snapshots_host_id_position_pk" PRIMARY KEY("host_id","position")
);
--> statement-breakpoint
ALTER TABLE "heads" ADD CONSTRAINT "heads_host_id_hosts_host_id_fk" FOREIGN KEY ("host_id") REFERENCES "public"."hosts"("host_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "batches_time" ON "batches" USING btree ("host_id","at_max","position_to");--> statement-breakpoint
CREATE INDEX "idempotency_age" ON "idempotency" USING btree ("created_at");