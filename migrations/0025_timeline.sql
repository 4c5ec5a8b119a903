-- The refused events, and those that a real kernel answered otherwise than the rules: a timeline
-- counts them without reading the others.
CREATE INDEX "events_refused" ON "events" USING btree ("host_id","position") WHERE strpos(body, ',[-') > 0 and case when body ~ '\\u(0000|d[89a-f])' then false else left(body::json ->> 8, 2) = '[-' end;--> statement-breakpoint
CREATE INDEX "events_drifted" ON "events" USING btree ("host_id","position") WHERE strpos(left(body, 40), ',[') > 0 and case when body ~ '\\u(0000|d[89a-f])' then false else body::json #>> '{3,1}' is not null end;
