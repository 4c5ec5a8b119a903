-- The refused events, and those that a real kernel answered otherwise than the rules: a timeline
-- counts them without reading the others.
CREATE INDEX "events_refused" ON "events" USING btree ("host_id","position") WHERE strpos(body, ',[-') > 0 and left(body::json ->> 8, 2) = '[-';--> statement-breakpoint
CREATE INDEX "events_drifted" ON "events" USING btree ("host_id","position") WHERE strpos(left(body, 40), ',[') > 0 and body::json #>> '{3,1}' is not null;
