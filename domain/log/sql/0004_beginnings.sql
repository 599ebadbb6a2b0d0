-- Which originators there are of a kind (hosts, cases), by the topic of their first event.
-- Partial: an append beyond the first of its originator pays nothing for it.
CREATE INDEX stored_events_beginnings ON stored_events (topic) WHERE originator_version = 1;
