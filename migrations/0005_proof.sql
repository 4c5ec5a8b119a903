CREATE TABLE "checkpoints" (
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"key_id" text NOT NULL,
	"host" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"recorded_at" bigint NOT NULL,
	"signed_at" bigint NOT NULL,
	"signature" "bytea" NOT NULL,
	CONSTRAINT "checkpoints_host_id_position_key_id_pk" PRIMARY KEY("host_id","position","key_id")
);
--> statement-breakpoint
CREATE TABLE "segments" (
	"host_id" bigint NOT NULL,
	"position_from" bigint NOT NULL,
	"position_to" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "segments_host_id_position_from_pk" PRIMARY KEY("host_id","position_from")
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"key_id" text PRIMARY KEY NOT NULL,
	"public_key" "bytea" NOT NULL
);
