SELECT body, deleted FROM body WHERE doc = :doc AND rev = :rev;
