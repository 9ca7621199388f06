"""What things cost, as ratios in one run on the same records; nothing here is a test."""
