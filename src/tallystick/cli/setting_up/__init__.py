"""`tally setup`: the guide Dynamics CRM Connection Setup at the terminal, and from a file.

- `plan`       what a setup file says, read and checked by itself
- `checking`   what of it cannot be in this installation
- `steps`      each step of the guide done with what was answered, through the same services as the pages
- `carrying`   a plan carried out, or told beforehand
- `asking`     the same, question by question
"""
