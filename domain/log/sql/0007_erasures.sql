-- Who waits for a decision on their erasure, without reading the log for it.
CREATE INDEX stored_events_erasures ON stored_events (originator_id, originator_version)
    WHERE topic IN ('person.erasure-requested', 'person.erasure-declined', 'person.person-erased');
