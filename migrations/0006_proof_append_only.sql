-- What proves the log is kept like the log: it can be added to, and never changed.
CREATE TRIGGER "segments_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "segments"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "signing_keys_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "signing_keys"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
CREATE TRIGGER "checkpoints_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "checkpoints"
	FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
--> statement-breakpoint
-- A segment is compressed already.
ALTER TABLE "segments" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
