"""Extensions that the packages of environments bring for the pages of Jupyter."""
