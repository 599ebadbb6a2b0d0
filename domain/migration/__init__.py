"""Plans by which running cases change version: who planned, who approved, how far it has come."""
