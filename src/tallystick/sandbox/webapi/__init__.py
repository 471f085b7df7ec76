"""The Dataverse Web API on top of rows, queries and metadata."""
