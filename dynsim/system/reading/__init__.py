"""From a document to a model, part by part."""
