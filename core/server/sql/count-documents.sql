SELECT count(*), ifnull(sum(deleted), 0), ifnull(max(seq), 0) FROM doc;
