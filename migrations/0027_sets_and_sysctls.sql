-- The names of the sets of capabilities that exec goes by, and of variables of the kernel that change.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 65, 'sysctl'), ('effect', 56, 'SysctlSet'), ('sysctl', 0, 'unprivileged_bpf_disabled');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 5, 3, 'bounding', 'capability'), ('call', 5, 4, 'inheritable', 'capability'),
	('call', 5, 5, 'ambient', 'capability'), ('effect', 5, 3, 'bounding', 'capability'),
	('effect', 5, 4, 'inheritable', 'capability'), ('effect', 5, 5, 'ambient', 'capability'),
	('call', 65, 1, 'variable', 'sysctl'), ('call', 65, 2, 'value', null),
	('effect', 56, 1, 'variable', 'sysctl'), ('effect', 56, 2, 'value', null);
