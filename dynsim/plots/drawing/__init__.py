"""What figures share: data, colours, axes, panels, layouts."""
