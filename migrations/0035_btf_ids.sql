-- The names of ids of BTF, and of what holds it.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 75, 'btf_get_fd_by_id'), ('call', 76, 'btf_get_next_id'),
	('effect', 62, 'BtfIdBurned');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 75, 1, 'btf_id', null), ('call', 75, 2, 'open_flags', null),
	('call', 75, 3, 'attr_size', null), ('call', 76, 1, 'start_id', null),
	('call', 76, 2, 'attr_size', null), ('effect', 14, 13, 'btf_ids', null),
	('effect', 34, 11, 'btf_ids', null), ('effect', 62, 1, 'btf_id', null);
