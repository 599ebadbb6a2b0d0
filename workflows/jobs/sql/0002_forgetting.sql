-- A job is about protocols and not about persons; but somebody may have pasted a name, or a case's
-- number, into a text. Such a job goes when that person is erased (domain/person/scrubbing.py), with
-- what came of it; one that is being worked on is given up.
CREATE FUNCTION forget_jobs(persons uuid[], cases uuid[], words text[]) RETURNS SETOF text
LANGUAGE sql AS $$
    WITH marks AS (
        SELECT convert_to(mark, 'UTF8') AS mark
        FROM unnest((persons || cases)::text[] || words) mark
        -- As it stands in JSON, where that differs.
        UNION SELECT convert_to(btrim(to_json(word)::text, '"'), 'UTF8') FROM unnest(words) word
    ), gone AS (
        DELETE FROM jobs j
        WHERE EXISTS (
            SELECT FROM marks
            WHERE position(mark IN j.request) > 0
                OR position(mark IN convert_to(coalesce(j.problem::text, ''), 'UTF8')) > 0
                OR EXISTS (
                    SELECT FROM job_files f WHERE f.job = j.id AND position(mark IN f.body) > 0
                )
        )
        RETURNING id
    )
    SELECT t FROM unnest(ARRAY['jobs', 'job_files']) t WHERE EXISTS (SELECT FROM gone)
$$;

-- Nor does the planner keep samples of what was typed.
ALTER TABLE jobs ALTER COLUMN request SET STATISTICS 0;
ALTER TABLE job_files ALTER COLUMN body SET STATISTICS 0;
