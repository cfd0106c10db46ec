"""What is done about a case: measures, their approval, and what the law lets a victim claim."""
