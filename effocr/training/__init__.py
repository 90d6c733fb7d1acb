"""What all trainers share: the loop, checkpoints, exact resume, the log, configuration."""
