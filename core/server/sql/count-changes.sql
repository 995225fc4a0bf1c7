SELECT count(*) FROM doc WHERE seq > :after;
