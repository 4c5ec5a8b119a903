-- The name of the field that says that a program was loaded with BPF_F_XDP_HAS_FRAGS.
INSERT INTO "ledger_fields" ("record_of", "code", "nth", "field", "coded_as") VALUES
	('effect', 14, 15, 'xdp_has_frags', 'bool'), ('effect', 59, 5, 'xdp_has_frags', 'bool');
