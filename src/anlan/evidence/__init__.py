"""Evidence 证据: the vault's rows, exhibits, custody, and what checks that all is there."""
