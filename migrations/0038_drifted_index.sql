-- The first half of the condition let through every event whose call stood early in its text, so that an
-- append parsed nearly each text it wrote. It asks the fourth part itself now.
DROP INDEX "events_drifted";--> statement-breakpoint
CREATE INDEX "events_drifted" ON "events" USING btree ("host_id","position") WHERE split_part(body, ',', 4) like '[%' and case when body ~ '\\u(0000|d[89a-f])' then false else body::json #>> '{3,1}' is not null end;
