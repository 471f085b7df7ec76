"""What a posting enters in the ledgers. Pure: it sees what was read, and returns entries that sum to zero, or what is
wrong. `services.postings` reads, takes the company's turn, and stores what comes out here.

- `entries`: what can be entered; `books`: the accounts it goes to, and the list of what is wrong
- `goods`: what moves in stock; `revenue`: what is charged or credited; `sales` and `credits`: the documents of both
- `applying`: which payment pays what; `payments`; `reversing`: counter entries
"""
