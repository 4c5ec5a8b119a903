-- The names of user namespaces and of tokens.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 79, 'fsmount'), ('call', 80, 'token_create'), ('effect', 68, 'BpffsDelegated'),
	('kind', 6, 'token'), ('namespace', 2, 'user');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 2, 8, 'clone_newuser', 'bool'), ('call', 47, 4, 'clone_newuser', 'bool'),
	('call', 79, 1, 'by_pid', null), ('call', 79, 2, 'mode', null),
	('call', 79, 3, 'delegate_cmds', null), ('call', 79, 4, 'delegate_maps', null),
	('call', 79, 5, 'delegate_progs', null), ('call', 79, 6, 'delegate_attachs', null),
	('call', 80, 1, 'bpffs_fd', null), ('call', 80, 2, 'flags', null),
	('call', 22, 19, 'prog_token_fd', null), ('call', 59, 2, 'btf_flags', null),
	('call', 59, 3, 'btf_token_fd', null), ('call', 75, 4, 'token_fd', null),
	('call', 39, 15, 'map_token_fd', null), ('effect', 66, 4, 'user_id', null),
	('effect', 66, 5, 'uid', null), ('effect', 8, 7, 'top', 'bool'),
	('effect', 14, 14, 'token_user_id', null), ('effect', 68, 1, 'mount_id', null),
	('effect', 68, 2, 'root', null), ('effect', 68, 3, 'user_id', null),
	('effect', 68, 4, 'cmds', null), ('effect', 68, 5, 'maps', null),
	('effect', 68, 6, 'progs', null), ('effect', 68, 7, 'attachs', null);
