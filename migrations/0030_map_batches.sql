-- The names of the commands on many elements of a map.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 66, 'map_update_batch'), ('call', 67, 'map_delete_batch'), ('call', 68, 'map_lookup_batch'),
	('call', 69, 'map_lookup_and_delete_batch');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 66, 1, 'map_fd', null), ('call', 66, 2, 'keys', null), ('call', 66, 3, 'values', null),
	('call', 66, 4, 'elem_flags', null), ('call', 66, 5, 'flags', null),
	('call', 67, 1, 'map_fd', null), ('call', 67, 2, 'keys', null),
	('call', 67, 3, 'elem_flags', null), ('call', 67, 4, 'flags', null),
	('call', 68, 1, 'map_fd', null), ('call', 68, 2, 'count', null), ('call', 68, 3, 'in_batch', null),
	('call', 68, 4, 'elem_flags', null), ('call', 68, 5, 'flags', null),
	('call', 69, 1, 'map_fd', null), ('call', 69, 2, 'count', null), ('call', 69, 3, 'in_batch', null),
	('call', 69, 4, 'elem_flags', null), ('call', 69, 5, 'flags', null);
