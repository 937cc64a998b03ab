"""A proxy on loopback for every node of a cluster, which can stop what goes one way between two of them.

A link is known by who opened the connection (`source`), to whom (`target`) and the way: `requests` go from the source, `answers` to it. Bytes on a stopped way are
kept and go on when it is open again, as those do that the network lost and TCP sends once more. A node that does not listen is not listened for: who connects
to it is refused, and not let in and then shown out, which a client takes for another mishap. Who connects is read from the system (Linux): names in requests
are the affair of each make. What no node opened, so what clients do, is never stopped."""
import asyncio, contextlib, os, threading

from support import free_port

WAYS = ("requests", "answers")


class Links:
    def __init__(self):
        self.targets, self.blocked, self.owners = {}, set(), dict
        self.loop, self.thread, self.servers = asyncio.new_event_loop(), None, {}

    def add(self, node):
        """The port behind which the node is found."""
        port = free_port()
        self.targets[port] = node
        return port

    def start(self, owners):
        """`owners` gives the nodes' ids by their pids."""
        self.owners, self.healed, ready = owners, asyncio.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        if not ready.wait(20):
            raise RuntimeError("the proxy's ports could not be opened")

    def block(self, source, target, way):
        self.loop.call_soon_threadsafe(self.blocked.add, (source, target, way))

    def heal(self):
        def heal():
            self.blocked.clear()
            self.healed.set()
            self.healed = asyncio.Event()
        self.loop.call_soon_threadsafe(heal)

    def close(self):
        if self.thread:
            asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(20)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(20)

    async def _end(self):
        """Ends what is left of connections, also where a way is stopped."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in self.servers.values():
            server.close()

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.loop.create_task(self._follow())
        self.loop.call_soon(ready.set)
        self.loop.run_forever()

    async def _follow(self):
        """Listens for the nodes that listen."""
        while True:
            there = listening()
            for port, node in self.targets.items():
                if node.port in there and port not in self.servers:
                    serve = asyncio.start_server(lambda *streams, port=port, node=node: self._serve(*streams, port, node), "127.0.0.1", port)
                    self.servers[port] = await serve
                elif node.port not in there and port in self.servers:
                    self.servers.pop(port).close()
            await asyncio.sleep(0.05)

    async def _serve(self, reader, writer, port, node):
        """One connection, until both its ways have ended."""
        with contextlib.suppress(OSError, asyncio.CancelledError):
            source = await self.loop.run_in_executor(None, owner, writer.get_extra_info("peername")[1], port, self.owners())
            try:
                inner, outer = await asyncio.open_connection("127.0.0.1", node.port)
            except OSError:
                writer.transport.abort()
                return
            await asyncio.gather(self._pump(reader, outer, (source, node.id, WAYS[0])), self._pump(inner, writer, (source, node.id, WAYS[1])))

    async def _pump(self, reader, writer, link):
        try:
            while data := await reader.read(1 << 16):
                await self._pass(link)
                writer.write(data)
                await writer.drain()
            await self._pass(link)
        except OSError:
            pass
        finally:
            # Kafka's connections end both ways at once.
            with contextlib.suppress(OSError):
                writer.close()

    async def _pass(self, link):
        while link in self.blocked:
            await self.healed.wait()


def sockets():
    """The TCP sockets of the machine, a row of words each: 1 is the local address, 2 the remote one, 3 the state, 9 the inode."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError), open(table) as rows:
            next(rows)
            yield from map(str.split, rows)


def listening():
    """The ports that something listens on."""
    return {int(row[1].rsplit(":", 1)[1], 16) for row in sockets() if row[3] == "0A"}


def owner(port, proxy_port, nodes):
    """The id of the node whose socket has this port and is connected to the proxy's; None if it is of none."""
    ends = (f":{port:04X}", f":{proxy_port:04X}")
    inode = next((row[9] for row in sockets() if row[1].endswith(ends[0]) and row[2].endswith(ends[1])), None)
    for pid, id in nodes.items():
        # A process or one of its descriptors may go meanwhile.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):
                    if os.readlink(f"/proc/{pid}/fd/{descriptor}") == f"socket:[{inode}]":
                        return id
    return None
