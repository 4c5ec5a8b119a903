-- What was recorded stays as it was: the database itself refuses to change events and batches.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
		USING ERRCODE = 'insufficient_privilege',
		      HINT = 'A ledger is corrected by a further event, never by changing an old one.';
END;
$$;
--> statement-breakpoint
CREATE TRIGGER "events_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "events"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "batches_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "batches"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- Every append updates one of these rows in place: leave its page room for the new version.
ALTER TABLE "heads" SET (fillfactor = 20);
