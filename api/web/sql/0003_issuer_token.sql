-- token: the ID token with which a session began, for logging out at the issuer too. It says who
-- somebody is (a tax code, say), so it is sealed by the cookie's secret, which is kept nowhere, and
-- goes when the session ends.
ALTER TABLE web_sessions ADD COLUMN token bytea;
