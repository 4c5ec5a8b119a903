-- Errno 524, which 6.18 gives to an LRU map without preallocation, has come into the log.
INSERT INTO "ledger_names" ("kind", "code", "name") VALUES ('errno', 524, 'ENOTSUPP');
