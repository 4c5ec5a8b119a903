-- The names of the limit of locked memory, which kernels up to 5.10 hold maps and programs to.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES ('effect', 57, 'MemlockLimited');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 6, 2, 'memlock', null), ('effect', 57, 1, 'memlock', null),
	('effect', 14, 11, 'pages', null);
