-- What is kept of a person goes when they are erased: domain/person/scrubbing.py. Drafts are sealed,
-- so nothing readable is left behind. The rules of a draft's `about` name the case where there is
-- one: also a draft that was saved without saying whom it is about goes.
CREATE FUNCTION forget_web(persons uuid[], cases uuid[], words text[]) RETURNS SETOF text
LANGUAGE sql AS $$
    DELETE FROM web_drafts d
    WHERE d.subject = ANY (persons)
        OR EXISTS (SELECT FROM unnest(persons || cases) one WHERE position(one::text IN d.about) > 0);
    SELECT NULL::text WHERE false
$$;
