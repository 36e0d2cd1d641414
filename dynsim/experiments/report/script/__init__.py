"""The scripts of the page, one file for each idea, in the order in which the page joins them."""
