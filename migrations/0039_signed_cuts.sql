-- No chain covers the state at a cut: the checkpoints that are signed from now on state its hash.
ALTER TABLE "checkpoints" ADD COLUMN "cut_position" bigint;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "cut_state_hash" "bytea";
