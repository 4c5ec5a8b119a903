-- Alert rules, their outbox, and which process evaluates and delivers. They are no part of the log.
CREATE TABLE "alert_deliveries" (
	"delivery_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alert_deliveries_delivery_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"rule_id" bigint NOT NULL,
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"message_id" text NOT NULL,
	"body" text NOT NULL,
	"state" text NOT NULL,
	"attempts" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"next_at" bigint NOT NULL,
	"settled_at" bigint,
	"fault" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_duty" (
	"duty" integer PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_rules" (
	"rule_id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "alert_rules_rule_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" bigint NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"filter" text NOT NULL,
	"condition" text,
	"arrival" bigint NOT NULL,
	"host_id" bigint NOT NULL,
	"position" bigint NOT NULL,
	"mark" bigint NOT NULL,
	CONSTRAINT "alert_rules_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "alert_spells" (
	"rule_id" bigint NOT NULL,
	"host_id" bigint NOT NULL,
	"path" text NOT NULL,
	"attach_type" text NOT NULL,
	"position" bigint NOT NULL,
	"since" bigint NOT NULL,
	"due_at" bigint NOT NULL,
	CONSTRAINT "alert_spells_rule_id_host_id_path_attach_type_pk" PRIMARY KEY("rule_id","host_id","path","attach_type")
);
--> statement-breakpoint
CREATE INDEX "alert_deliveries_pending" ON "alert_deliveries" USING btree ("rule_id","host_id","delivery_id") WHERE "alert_deliveries"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "alert_deliveries_of_rule" ON "alert_deliveries" USING btree ("rule_id","state","delivery_id");--> statement-breakpoint
CREATE INDEX "alert_spells_due" ON "alert_spells" USING btree ("due_at");--> statement-breakpoint
-- The analysts' role gets none of them: a rule has a secret.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT SELECT, INSERT, UPDATE, DELETE ON alert_rules, alert_spells, alert_deliveries, alert_duty
			TO bpfledger_service;
	END IF;
END;
$$;
