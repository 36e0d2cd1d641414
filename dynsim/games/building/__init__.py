"""What several games share. A game imports from here, never from another game."""
