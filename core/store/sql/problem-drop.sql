DELETE FROM problem WHERE solved < :date;
