"""What happens when a sales document or one of its lines is written: what it takes from others, and what it comes to.

`facts` reads what the rules need, `headers` and `lines` are the rules, `repricing` and `totals` write what follows."""
