-- The service looks whether the schema is its own before it starts, also under its least role.
DO $$
BEGIN
	IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		GRANT USAGE ON SCHEMA drizzle TO bpfledger_service;
		GRANT SELECT ON drizzle.__drizzle_migrations TO bpfledger_service;
	END IF;
END;
$$;
