"""A child that opens letters: an own process without secrets, network or files, one letter at a time.

Started as `python -m core.mailbox.child <fd>`; ends when its socket does. Its limits are a reader's (`core.extraction.limits`).
"""

from __future__ import annotations

import socket
import sys

from core.extraction import limits, wire


def main(line: socket.socket) -> None:
    limits.bound()
    # Imported only here, behind the first limits, and once for all the letters of this child.
    from core.mailbox import letters, parcel

    wire.send(line, wire.encoded(limits.wall_in()))
    while (asked := wire.asked(line)) is not None:
        request, message = asked
        limits.allow_cpu(int(request["cpu"]))
        try:
            with message:
                letter = letters.read(message.read())
            told = wire.encoded({"letter": parcel.said(letter)})
        except MemoryError:
            wire.send(
                line, wire.encoded({"failed": "it needs more memory than a letter may", "way": "memory"})
            )
            continue
        except Exception as err:  # noqa: BLE001 - whatever a parser trips over in a hostile message is an answer
            wire.send(line, wire.encoded({"failed": f"the parser gave up: {type(err).__name__}"}))
            continue
        wire.send(line, told)
        parcel.send_files(line, letter)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
