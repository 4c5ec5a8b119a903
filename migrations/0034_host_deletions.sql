-- What stays of a host that its owner deleted: which log it was, how long, and the chain's value at
-- its end. The row is written in the transaction that removes the others.
CREATE TABLE "host_deletions" (
	"host_id" bigint PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"log_id" uuid,
	"origin" text,
	"position" bigint NOT NULL,
	"events" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"recorded_from" bigint,
	"recorded_to" bigint NOT NULL,
	"checkpoint" text,
	"actor" text NOT NULL,
	"database_user" text DEFAULT session_user NOT NULL,
	"deleted_at" bigint NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE INDEX "host_deletions_name" ON "host_deletions" USING btree ("name","deleted_at");--> statement-breakpoint
CREATE TRIGGER "host_deletions_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "host_deletions"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- Whether who asks is the owner of a table, or has the owner's rights.
CREATE FUNCTION "owns_table"(asked oid) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = asked
$$;
--> statement-breakpoint
CREATE FUNCTION "refuse_deletion_by_others"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT owns_table(TG_RELID) THEN
		RAISE EXCEPTION 'only the owner of the tables deletes a host'
			USING ERRCODE = 'insufficient_privilege';
	END IF;
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "host_deletions_by_owner" BEFORE INSERT ON "host_deletions"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_deletion_by_others"();
--> statement-breakpoint
-- Whether this very transaction recorded that a host is deleted; without an id, any host.
CREATE FUNCTION "deletes_host"(asked bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM host_deletions d
		WHERE d.xmin = pg_current_xact_id()::xid AND (asked IS NULL OR d.host_id = asked))
$$;
--> statement-breakpoint
-- What was recorded goes only with its whole host, and never without a trace.
CREATE FUNCTION "refuse_deletion"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT owns_table(TG_RELID) OR NOT deletes_host(NULL) THEN
		RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
			USING ERRCODE = 'insufficient_privilege',
			      HINT = 'The owner of the tables removes a host as a whole: bpfledger hosts delete.';
	END IF;
	RETURN NULL;
END;
$$;
--> statement-breakpoint
CREATE FUNCTION "refuse_deletion_of_others"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT deletes_host(OLD.host_id) THEN
		RAISE EXCEPTION '% is append-only: % is refused for host %', TG_TABLE_NAME, TG_OP, OLD.host_id
			USING ERRCODE = 'insufficient_privilege',
			      HINT = 'Only rows of a host whose deletion this transaction recorded can be removed.';
	END IF;
	RETURN OLD;
END;
$$;
--> statement-breakpoint
DO $$
DECLARE
	kept text;
BEGIN
	FOREACH kept IN ARRAY ARRAY['events', 'segments', 'checkpoints', 'merkle_nodes', 'imports', 'lineages'] LOOP
		EXECUTE format('DROP TRIGGER %I ON %I', kept || '_append_only', kept);
		EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR TRUNCATE ON %I
			FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', kept || '_append_only', kept);
		EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I
			FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion()', kept || '_kept', kept);
		EXECUTE format('CREATE TRIGGER %I BEFORE DELETE ON %I
			FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_others()', kept || '_of_others_kept', kept);
	END LOOP;
END;
$$;
--> statement-breakpoint
-- They find nothing that who asks made for them: pg_temp comes last.
DO $$
DECLARE
	guard text;
BEGIN
	FOREACH guard IN ARRAY ARRAY['refuse_deletion', 'refuse_deletion_of_others', 'refuse_deletion_by_others'] LOOP
		EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', guard, current_schema());
	END LOOP;
END;
$$;
--> statement-breakpoint
-- The service reads what was deleted, and deletes nothing.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		REVOKE ALL ON host_deletions FROM bpfledger_service;
		GRANT SELECT ON host_deletions TO bpfledger_service;
	END IF;
END;
$$;
