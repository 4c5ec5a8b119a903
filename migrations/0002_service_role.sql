-- The role that the service should run under on PostgreSQL: it can add to the log and to the read
-- models, and change neither. Give it to a login: GRANT bpfledger_service TO the_login;
-- Where the migrating user may not create roles, none is made and nothing else depends on it.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_service') THEN
		BEGIN
			CREATE ROLE bpfledger_service NOLOGIN;
		EXCEPTION
			WHEN insufficient_privilege THEN
				RAISE NOTICE 'role bpfledger_service was not created: no privilege to create roles';
				RETURN;
			WHEN duplicate_object OR unique_violation THEN
				NULL; -- Another database of the server migrates at this moment.
		END;
	END IF;
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO bpfledger_service', current_schema());
	GRANT SELECT, INSERT ON hosts, events, batches, snapshots TO bpfledger_service;
	GRANT SELECT, INSERT, UPDATE ON heads TO bpfledger_service;
	GRANT SELECT, INSERT, DELETE ON idempotency TO bpfledger_service;
	EXECUTE format(
		'ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT ON TABLES TO bpfledger_service',
		current_schema());
END;
$$;
