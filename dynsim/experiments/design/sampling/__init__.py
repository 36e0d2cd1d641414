"""What designs that sample from ranges share."""
