"""What a person does, in a real browser, with the farm as it is started for real: `moisson start`, two processes."""
