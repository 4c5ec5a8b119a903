-- The names of three more commands, of the hook of an lsm program, and of what maps do beside a call that is refused: an LRU map looks
-- for room, and a prog_array takes only programs like the first one that named it.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 70, 'task_fd_query'), ('call', 71, 'map_lookup_and_delete_elem'), ('call', 72, 'bpf'),
	('effect', 58, 'RoomMade'), ('effect', 59, 'MapOwned');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 70, 1, 'target_pid', null), ('call', 70, 2, 'target_fd', null),
	('call', 70, 3, 'flags', null), ('call', 71, 1, 'map_fd', null), ('call', 71, 2, 'key', null),
	('call', 71, 3, 'flags', null), ('call', 72, 1, 'cmd', null),
	('call', 22, 14, 'attach_btf_id', null), ('effect', 14, 12, 'attach_btf_id', null),
	('effect', 58, 1, 'map_id', null), ('effect', 59, 1, 'map_id', null),
	('effect', 59, 2, 'prog_type', 'prog_type'), ('effect', 59, 3, 'expected_attach_type', 'attach_type'),
	('effect', 59, 4, 'storage_map_ids', null);
