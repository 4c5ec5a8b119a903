-- The names of symlinks, of capabilities about files, and of how large BTF is.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 77, 'symlink'), ('effect', 63, 'SymlinkMade'), ('effect', 64, 'SymlinkRemoved'),
	('capability', 6, 'dac_read_search'), ('capability', 7, 'chown'), ('capability', 8, 'fowner'),
	('capability', 9, 'fsetid');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 59, 1, 'btf_size', null), ('call', 77, 1, 'path', null), ('call', 77, 2, 'target', null),
	('effect', 8, 6, 'btf_size', null), ('effect', 63, 1, 'path', null),
	('effect', 63, 2, 'target', null), ('effect', 63, 3, 'uid', null), ('effect', 64, 1, 'path', null);
