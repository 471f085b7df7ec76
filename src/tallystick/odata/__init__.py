"""Publishes data of Financials as OData v4 web services, one service per company. It only reads.

- `sets`        what can be published: sets of records and their properties, read off the tables of Financials
- `publishing`  what a company publishes, and to which roles
- `urls`        the service itself, below `/odata/<company>/`

Start reading with `views`. Source of the protocol: OData 4.0, docs.oasis-open.org/odata/odata/v4.0.
"""
