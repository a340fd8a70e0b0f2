"""A web server that answers with exactly the bytes it is given, however bad, on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Server:
    """Answers each request with the bytes that were put in, on loopback."""

    listener: socket.socket
    answers: dict[str, Callable[[socket.socket], None]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def says(self, path: str, body: bytes, *, status: str = "200 OK", **headers: str) -> str:
        """Answer a path with a whole body; return its address."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        whole = "\r\n".join([*lines, "", ""]).encode() + body
        self.answers[path] = lambda sock: sock.sendall(whole)
        return self.address + path

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            # The other side may have had enough of it.
            with sock, suppress(OSError):
                self.serve(sock)

    def serve(self, sock: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            part = sock.recv(4096)
            if not part:
                return
            asked += part
        self.requests.append(asked.decode())
        self.answers[asked.decode().split(" ")[1]](sock)


@contextmanager
def serving() -> Iterator[Server]:
    """Run such a server while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Server(listener)
        thread = threading.Thread(target=made.run)
        thread.start()
        yield made
        made.stopped.set()
        with suppress(OSError):
            socket.create_connection(listener.getsockname(), timeout=1).close()
        thread.join()
