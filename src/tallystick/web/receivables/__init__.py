"""What customers owe and pay: payments and what they pay, the chart of accounts with its balances, the sales setup."""
