-- The names of what is done to the directories and control files of cgroups.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 62, 'cgroup_chown'), ('call', 63, 'cgroup_chmod'), ('call', 64, 'cgroup_write'),
	('effect', 53, 'CgroupOwnerChanged'), ('effect', 54, 'CgroupModeChanged'),
	('effect', 55, 'CgroupThreaded');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 62, 1, 'path', null), ('call', 62, 2, 'uid', null),
	('call', 63, 1, 'path', null), ('call', 63, 2, 'mode', null),
	('call', 64, 1, 'path', null), ('call', 64, 2, 'value', null),
	('effect', 32, 3, 'uid', null), ('effect', 32, 4, 'mode', null),
	('effect', 53, 1, 'cgroup_id', null), ('effect', 53, 2, 'uid', null),
	('effect', 53, 3, 'file', null), ('effect', 54, 1, 'cgroup_id', null),
	('effect', 54, 2, 'mode', null), ('effect', 54, 3, 'file', null),
	('effect', 55, 1, 'cgroup_id', null);
