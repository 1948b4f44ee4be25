"""What is installed in an environment, as its ``.dist-info`` folders say."""
