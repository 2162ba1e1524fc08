"""A TCP proxy on loopback that disturbs what passes it: cuts, changed bytes, errors of a busy server.

Every n-th connection meets a fault of a fixed order, so a run can be repeated; if all did, nothing would
ever get through.
"""
import itertools
import random
import socket
import threading

BUSY = (b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: 78"
        b"\r\n\r\n<Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>")
BROKEN = b"HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class FaultyProxy:
    """`faults`: what may happen: "cut-answer", "cut-request", "flip-request", "busy", "broken"."""

    # After how many bytes: in the headers, in a small body, in a large one.
    PLACES = [1, 10, 60, 200, 400, 800, 1500, 5000, 50000, 90000, 5_000_000]

    def __init__(self, target, faults, seed=1, every=2, places=PLACES):
        self.target, self.faults, self.every, self.places = target, faults, every, places
        self.random = random.Random(seed)
        self.count = itertools.count()
        self.met = {}
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            fault, where = None, 0
            if next(self.count) % self.every == 0:
                fault = self.random.choice(self.faults)
                where = self.random.choice(self.places)
                self.met[fault] = self.met.get(fault, 0) + 1
            threading.Thread(target=self.serve, args=(client, fault, where), daemon=True).start()

    def serve(self, client, fault, where):
        if fault in ("busy", "broken"):
            try:
                client.recv(65536)
                client.sendall(BUSY if fault == "busy" else BROKEN)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except OSError:
                pass
            client.close()
            return
        try:
            server = socket.create_connection(self.target)
        except OSError:
            client.close()
            return
        both = (client, server)
        back = threading.Thread(
            target=self.pump, args=(server, client, both, where, {"cut-answer": "cut"}.get(fault)), daemon=True)
        back.start()
        self.pump(client, server, both, where, {"cut-request": "cut", "flip-request": "flip"}.get(fault))
        back.join()
        for end in both:
            end.close()

    @staticmethod
    def pump(source, sink, both, where, fault):
        passed = 0
        try:
            while data := source.recv(65536):
                if fault == "cut" and passed + len(data) > where:
                    sink.sendall(data[:where - passed])
                    for end in both:
                        end.shutdown(socket.SHUT_RDWR)
                    return
                if fault == "flip" and passed + len(data) > where:
                    # Never in a request's head: moto checks no signature, so that it would do what no real
                    # server does, and put the file elsewhere.
                    body = data.find(b"\r\n\r\n") + 4 if b" HTTP/1.1\r\n" in data else 0
                    if body < len(data):
                        at = (body + len(data)) // 2
                        data = data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1:]
                        fault = None
                sink.sendall(data)
                passed += len(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for end in both:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        self.listener.close()
