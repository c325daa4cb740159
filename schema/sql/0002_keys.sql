-- Keys of subjects, wrapped by the master key.
CREATE TABLE subject_keys (
  subject text NOT NULL,
  scope text NOT NULL,
  -- 12-byte nonce, AES-256-GCM ciphertext of 32 bytes, 16-byte tag; AAD is `<subject>|<scope>`.
  wrapped bytea NOT NULL CHECK (octet_length(wrapped) = 60),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, scope)
);

-- What must never be made anew. `seq` is in the order of commits: whoever destroys holds a lock on subject_keys.
CREATE TABLE destroyed_keys (
  seq int8 GENERATED ALWAYS AS IDENTITY UNIQUE,
  subject text NOT NULL,
  scope text NOT NULL,
  destroyed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, scope)
);

-- One row: tells whether a master key is the one of this database.
CREATE TABLE master_key_check (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  proof bytea NOT NULL
);
