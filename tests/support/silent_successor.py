"""python3 -m support.silent_successor PATH: asks the howdah at PATH for its place, is ready, gets a client, and says nothing more."""

import sys
import time

from support.takeovers import Packets, hello

if __name__ == "__main__":
    with Packets(sys.argv[1]) as peer:
        peer.send(b"H", **hello())
        while peer.receive()[0] != b"O":
            pass
        peer.send(b"R")
        while peer.receive()[0] != b"C":
            pass
        print("it has a client", flush=True)
        time.sleep(600)
