"""The OData query language: parsed by hand, compiled to SQL with every value as a parameter."""
