-- Emergency accesses and their reviews, over all cases: few, and asked for every day.
-- Partial: no other append pays for it.
CREATE INDEX stored_events_emergencies ON stored_events (notification_id)
    WHERE topic IN ('case.emergency-access-opened', 'case.emergency-access-reviewed');
