"""The conformance kit: the same courses for every collector that has a replica (`moisson collector check --all`)."""
