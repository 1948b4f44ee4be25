"""Real clusters on the loopback, whose workers are bare environments: TEST_WORKERS=1 runs them."""
