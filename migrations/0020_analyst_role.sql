-- The role of analysts: it reads the views and functions of docs/sql.md, and no table under them but
-- the names of the log's numbers. The functions look into the tables as their owner, so not everyone
-- may call them any more. They find nothing that an analyst made: pg_temp comes last.
DO $$
DECLARE
	asked regprocedure;
BEGIN
	FOR asked IN
		SELECT p.oid::regprocedure FROM pg_proc p
		WHERE p.pronamespace = current_schema()::regnamespace AND p.proname IN (
			'position_at', 'cgroups_at', 'programs_at', 'links_at', 'entries_at', 'maps_at', 'pins_at',
			'effective_array_at')
	LOOP
		EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp',
			asked, current_schema());
		EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', asked);
	END LOOP;
END;
$$;
--> statement-breakpoint
-- What a view leaves out, dropped branches, is not shown to a condition of the one who asks.
ALTER VIEW "hosts_view" SET (security_barrier = true);
--> statement-breakpoint
ALTER VIEW "events_view" SET (security_barrier = true);
--> statement-breakpoint
-- Give it to a login: GRANT bpfledger_analyst TO the_login;
-- Where the migrating user may not create roles, none is made and nothing else depends on it.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'bpfledger_analyst') THEN
		BEGIN
			CREATE ROLE bpfledger_analyst NOLOGIN;
		EXCEPTION
			WHEN insufficient_privilege THEN
				RAISE NOTICE 'role bpfledger_analyst was not created: no privilege to create roles';
				RETURN;
			WHEN duplicate_object OR unique_violation THEN
				NULL; -- Another database of the server migrates at this moment.
		END;
	END IF;
	EXECUTE format('GRANT USAGE ON SCHEMA %I TO bpfledger_analyst', current_schema());
	GRANT SELECT ON hosts_view, events_view, ledger_names, ledger_fields TO bpfledger_analyst;
	GRANT EXECUTE ON FUNCTION position_at, cgroups_at, programs_at, links_at, entries_at, maps_at,
		pins_at, effective_array_at TO bpfledger_analyst;
END;
$$;
