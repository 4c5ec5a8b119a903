-- The names of mounts of the bpffs, of directories that are open in one, and of the fields about BTF.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES
	('call', 73, 'mount'), ('call', 74, 'umount'), ('effect', 60, 'BpffsMounted'),
	('effect', 61, 'BpffsUnmounted'), ('reason', 17, 'unmounted'),
	('kind', 5, 'btf');
--> statement-breakpoint
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 9, 3, 'path', null), ('call', 73, 1, 'path', null), ('call', 73, 2, 'from', null),
	('call', 73, 3, 'mode', null), ('call', 74, 1, 'path', null), ('call', 74, 2, 'flags', null),
	('effect', 60, 1, 'mount_id', null), ('effect', 60, 2, 'parent_id', null),
	('effect', 60, 3, 'at', null), ('effect', 60, 4, 'root', null), ('effect', 61, 1, 'mount_id', null),
	('call', 22, 15, 'prog_btf_fd', null), ('call', 22, 16, 'func_info_cnt', null),
	('call', 22, 17, 'line_info_cnt', null), ('call', 22, 18, 'attach_prog_fd', null),
	('call', 39, 9, 'btf_fd', null),
	('call', 39, 10, 'btf_key_type_id', null), ('call', 39, 11, 'btf_value_type_id', null),
	('call', 39, 12, 'btf_vmlinux_value_type_id', null), ('call', 39, 13, 'map_extra', null),
	('call', 39, 14, 'numa_node', null);
