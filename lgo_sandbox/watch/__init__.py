"""What is seen of an exchange: journal, facts, history, checks and findings."""
