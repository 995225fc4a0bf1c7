UPDATE run SET status = :status, ended = :ended, summary = :summary, grade = :grade WHERE id = :id;
