-- Every key begins with the host, so that the log can be distributed by host.
DROP INDEX "executor_repairs_of_host";--> statement-breakpoint
ALTER TABLE "executor_repairs" DROP CONSTRAINT "executor_repairs_pkey";--> statement-breakpoint
ALTER TABLE "executor_repairs" ADD CONSTRAINT "executor_repairs_host_id_repair_id_pk" PRIMARY KEY("host_id","repair_id");
