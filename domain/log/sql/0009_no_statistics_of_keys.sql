-- The planner remembers samples of every column, also after a row is gone. Nobody looks for a key by
-- its value: of keys nothing is remembered. Giving the column its type anew drops what was.
ALTER TABLE vault_keys ALTER COLUMN wrapped SET STATISTICS 0;
ALTER TABLE vault_keys ALTER COLUMN wrapped TYPE bytea USING wrapped;
