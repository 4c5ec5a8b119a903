-- The names of fields that calls have now: the size of the attr of every command, logs, signatures, exclusive maps.
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('call', 56, 3, 'attr_size', null), ('call', 57, 3, 'attr_size', null),
	('call', 58, 3, 'attr_size', null), ('call', 59, 4, 'attr_size', null),
	('call', 60, 2, 'attr_size', null), ('call', 61, 2, 'attr_size', null),
	('call', 66, 6, 'attr_size', null), ('call', 67, 5, 'attr_size', null),
	('call', 68, 6, 'attr_size', null), ('call', 69, 6, 'attr_size', null),
	('call', 70, 4, 'attr_size', null), ('call', 71, 4, 'attr_size', null),
	('call', 72, 2, 'attr_size', null), ('call', 80, 3, 'attr_size', null),
	('call', 22, 20, 'log_level', null), ('call', 22, 21, 'log_size', null),
	('call', 22, 22, 'log_buf', 'bool'), ('call', 22, 23, 'log_true_size', null),
	('call', 22, 24, 'signature', 'bool'), ('call', 22, 25, 'signature_size', null),
	('call', 22, 26, 'keyring_id', null), ('call', 39, 16, 'excl_prog_hash', 'bool'),
	('call', 39, 17, 'excl_prog_hash_size', null);
