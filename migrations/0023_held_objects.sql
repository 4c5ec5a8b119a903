-- The names of what maps hold: why programs and maps that a map held ended, and the fields of the effects.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('reason', 14, 'element_deleted'), ('reason', 15, 'element_replaced'), ('reason', 16, 'map_freed');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('effect', 34, 9, 'map_flags', null), ('effect', 34, 10, 'inner_map_id', null),
	('effect', 39, 4, 'kind', 'kind'), ('effect', 40, 3, 'kind', 'kind'),
	('effect', 40, 4, 'id', null);
