-- The names of namespaces, and of the calls that make and enter them.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 78, 'setns'), ('effect', 65, 'FsUnshared'), ('effect', 66, 'NamespaceMade'),
	('effect', 67, 'NamespaceEntered'), ('namespace', 0, 'mount'), ('namespace', 1, 'cgroup');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 2, 6, 'clone_newns', 'bool'), ('call', 2, 7, 'clone_newcgroup', 'bool'),
	('call', 47, 2, 'clone_newns', 'bool'), ('call', 47, 3, 'clone_newcgroup', 'bool'),
	('call', 78, 1, 'target_pid', null), ('call', 78, 2, 'clone_newns', 'bool'),
	('call', 78, 3, 'clone_newcgroup', 'bool'), ('effect', 60, 5, 'namespace_id', null),
	('effect', 66, 1, 'namespace_id', null), ('effect', 66, 2, 'kind', 'namespace'),
	('effect', 66, 3, 'cgroup_id', null), ('effect', 67, 1, 'namespace_id', null),
	('effect', 67, 2, 'kind', 'namespace'), ('effect', 67, 3, 'pid', null);
