"""What several rows play, and how they measure its outcome."""
