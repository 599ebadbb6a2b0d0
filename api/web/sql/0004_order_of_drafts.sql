-- page: the showing of a form from which the draft was kept last; nth: the how-manieth keeping of that
-- page it was, by the browser's clock. What was sent earlier and comes later must not take its place.
ALTER TABLE web_drafts
    ADD COLUMN page text   NOT NULL DEFAULT '',
    ADD COLUMN nth  bigint NOT NULL DEFAULT 0;
