"""Properties that hold for any scenario: balances, limits, and what an order may take."""
