CREATE TABLE "merkle_nodes" (
	"host_id" bigint NOT NULL,
	"position_to" bigint NOT NULL,
	"level" integer NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "merkle_nodes_host_id_position_to_level_pk" PRIMARY KEY("host_id","position_to","level")
);
--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "root" "bytea";--> statement-breakpoint
CREATE TRIGGER "merkle_nodes_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "merkle_nodes"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT ON merkle_nodes TO bpfledger_service;
	END IF;
END;
$$;
