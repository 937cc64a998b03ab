"""A proxy on loopback for every node of a cluster, which can stop what goes one way between two of them.

A link is known by who opened the connection (`source`), to whom (`target`) and the way: `requests` go from the source, `answers` to it. Bytes on a stopped way are
kept and go on when it is open again, as those do that the network lost and TCP sends once more. Who connects is read from the system (Linux): names in requests
are the affair of each make. What no node opened, so what clients do, is never stopped."""
import asyncio, contextlib, os, threading

from support import free_port

WAYS = ("requests", "answers")


class Links:
    def __init__(self):
        self.targets, self.blocked, self.owners = {}, set(), dict
        self.loop, self.thread, self.servers = asyncio.new_event_loop(), None, []

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
        for server in self.servers:
            server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        for port, node in self.targets.items():
            serve = asyncio.start_server(lambda *streams, port=port, node=node: self._serve(*streams, port, node), "127.0.0.1", port)
            self.servers.append(self.loop.run_until_complete(serve))
        self.loop.call_soon(ready.set)
        self.loop.run_forever()

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


def owner(port, proxy_port, nodes):
    """The id of the node whose socket has this port and is connected to the proxy's; None if it is of none."""
    inode = None
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(FileNotFoundError), open(table) as rows:
            for row in rows:
                words = row.split()
                if words[1].endswith(f":{port:04X}") and words[2].endswith(f":{proxy_port:04X}"):
                    inode = words[9]
    for pid, id in nodes.items():
        # A process or one of its descriptors may go meanwhile.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):
                    if os.readlink(f"/proc/{pid}/fd/{descriptor}") == f"socket:[{inode}]":
                        return id
    return None
