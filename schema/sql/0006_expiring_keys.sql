-- Keys of what disappears, scope conversation:<id>:<hour>, by the hour in which it is over.
CREATE INDEX subject_keys_expiring ON subject_keys ((split_part(scope, ':', 3)::int8)) WHERE scope LIKE 'conversation:%:%';
