"""What answers share: numbers in words, groups of episodes, tests of change."""
