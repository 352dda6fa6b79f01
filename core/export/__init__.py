"""Where Invoices go. One destination, one file."""
