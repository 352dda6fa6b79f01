"""The other door: mailboxes that are read and never written to. One kind of mailbox, one file."""
