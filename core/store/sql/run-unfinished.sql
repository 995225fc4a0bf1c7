SELECT id, operation, "trigger", started FROM run WHERE status = 'running' AND id <> :except;
