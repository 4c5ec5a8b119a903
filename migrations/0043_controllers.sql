-- The name of what says which controllers a cgroup hands on.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES ('effect', 69, 'CgroupControllersSet');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('effect', 69, 1, 'cgroup_id', null), ('effect', 69, 2, 'controllers', null);
