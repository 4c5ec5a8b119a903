CREATE TABLE "executor_repairs" (
	"repair_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "executor_repairs_repair_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"executor" text NOT NULL,
	"what" text NOT NULL,
	"where" text NOT NULL,
	"did" text NOT NULL,
	"repaired_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "executor_repairs_of_host" ON "executor_repairs" USING btree ("host_id","repair_id");--> statement-breakpoint
-- The oldest repairs are dropped, so the service's role may delete these rows.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT, DELETE ON executor_repairs TO bpfledger_service;
	END IF;
END;
$$;
