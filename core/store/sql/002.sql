-- Leaves that the server would not show, or that were spoiled on the way: few, and asked for again
-- with every run.
CREATE INDEX revision_gap ON revision (record) WHERE remote_leaf = 1 AND body IS NULL;
