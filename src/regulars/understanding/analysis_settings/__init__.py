"""What the business itself sets for its analyses: a cost, a horizon, its own RFM bands."""
