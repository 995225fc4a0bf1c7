SELECT count(*) FROM doc WHERE key < :key AND NOT deleted;
