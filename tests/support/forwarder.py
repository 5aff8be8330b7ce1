"""One address for several machines: a TCP forwarder in front of them, which can be turned to another one. What it
carries already stays where it is."""

import socket
import threading

from support import processes


class Forwarder:
    """`target` has .host and .port. Runs in a with block."""

    def __init__(self, target, host="127.0.0.1", port=None):
        self.target = target
        self.host, self.port = host, port or processes.free_port()
        self.listener = socket.create_server((self.host, self.port))
        self.sockets = []
        self.threads = [threading.Thread(target=self._accept, daemon=True)]

    def _accept(self):
        try:
            while True:
                client, _ = self.listener.accept()
                self.sockets.append(client)
                try:
                    server = socket.create_connection((self.target.host, self.target.port))
                except OSError:
                    client.close()
                    continue
                self.sockets.append(server)
                self.threads += [threading.Thread(target=self._carry, args=ends, daemon=True) for ends in ((client, server), (server, client))]
                for thread in self.threads[-2:]:
                    thread.start()
        except OSError:
            pass  # the end

    @staticmethod
    def _carry(source, destination):
        try:
            while chunk := source.recv(65536):
                destination.sendall(chunk)
            destination.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        for one in (self.listener, *self.sockets):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        for thread in self.threads:
            thread.join(timeout=20)
