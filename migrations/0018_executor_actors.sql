ALTER TABLE "executor_repairs" ADD COLUMN "actor" text;--> statement-breakpoint
ALTER TABLE "executor_reports" ADD COLUMN "actor" text;--> statement-breakpoint
ALTER TABLE "executors" ADD COLUMN "instance" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "executors" ADD COLUMN "actor" text;