"""How fast the farm is: `./run bench` measures it beside a naive script on the same portals, and writes docs/numbers.md."""
