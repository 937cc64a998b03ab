"""What is done to the cluster: drawn from the seed, one thing after the other, each followed by the return to health."""
import random, shutil, time

from .journal import until
from .nodes import SESSION_MS
from .proxy import WAYS

HEALTHY_SECONDS = 120
# Kafka's session timeout, and what finding and announcing another leader may take.
LEADER_SECONDS = SESSION_MS / 1000 + 2
WEIGHTS = {"kill": 8, "pause": 2, "restart": 1, "reassign": 2, "elect": 1, "create": 1, "replace": 1}

WEIGHTS_OF_DISKS = {"shift": 5, "lose": 2}


class Events:
    """`down`: how many brokers may be down at once. A topic's record is safe with two of three; with more down writes stop and nothing may be lost either."""

    def __init__(self, cluster, seed, journal, account, groups, links=None, down=1, only=(), stalls=None):
        self.cluster, self.journal, self.account, self.groups, self.links, self.down = cluster, journal, account, groups, links, down
        self.random, self.kills, self.made = random.Random(f"{seed} events"), 0, 0
        self.disks = [broker for broker in cluster.brokers if len(broker.disks) > 1]
        self.weights = {**WEIGHTS, **({"part": 4} if links else {}), **(WEIGHTS_OF_DISKS if self.disks else {})}
        if not groups:
            del self.weights["replace"]
        if only:
            self.weights = {name: self.weights[name] for name in self.weights if name in only}
        self.stalls = stalls
        # Called with a broker that is down and is to come back.
        self.while_down = None

    def happen(self, kill=False):
        """One event. `kill`: a kill, whatever was drawn."""
        name = self.random.choices(list(self.weights), self.weights.values())[0]
        getattr(self, "kill" if kill else name)()
        took = self.cluster.await_healthy(HEALTHY_SECONDS)
        self.journal.note(f"  whole again {took:.1f} s later")
        self.journal.measure("until all replicas are in sync again", took)
        self.cluster.wanted.clear()

    def victims(self):
        """A node of any kind; with `down`, sometimes several brokers."""
        if self.down > 1 and self.random.random() < 0.3:
            return self.random.sample(self.cluster.brokers, self.random.randint(2, min(self.down, len(self.cluster.brokers))))
        return [self.random.choice(self.cluster.nodes)]

    def kill(self):
        if self.random.random() < 0.5:
            # Who was down leads nothing when it is back, and to kill it again would ask for little.
            self.elect()
        victims, pause = self.victims(), self.random.choice([0, self.random.uniform(0, 8)])
        led, active = self.led_by(victims), self.cluster.active_controller()
        self.journal.note(f"kill {names(victims)}, down for {pause:.1f} s")
        for victim in victims:
            victim.kill()
        self.kills += len(victims)
        self.outlast(victims, led, active, pause, self.start)

    def pause(self):
        victims, pause = self.victims(), self.random.uniform(0.5, 12)
        led, active = self.led_by(victims), self.cluster.active_controller()
        self.journal.note(f"pause {names(victims)} for {pause:.1f} s")
        for victim in victims:
            victim.pause()
        self.outlast(victims, led if pause > LEADER_SECONDS else {}, active, pause, lambda victim: victim.resume())

    def start(self, victim):
        if self.while_down:
            self.while_down(victim)
        victim.start()

    def led_by(self, victims):
        """{place: epoch} of what the victims lead; nothing if other brokers may not have the records, or no controller may be there to choose."""
        ids = {victim.id for victim in victims}
        if len(victims) > 1 or not self.cluster.is_broker(victims[0]):
            return {}
        return {place: one["epoch"] for place, one in self.cluster.partitions().items() if one["leader"] in ids}

    def outlast(self, victims, led, active, pause, revive):
        """Watches for new leaders, in time, and revives the victims when theirs has come."""
        began, down = time.monotonic(), True
        others = [broker for broker in self.cluster.brokers if broker not in victims]
        new_controller = active in victims and len(self.cluster.controllers) > 2
        while down or led or new_controller:
            passed = time.monotonic() - began
            if down and passed >= pause:
                down = False
                for victim in victims:
                    revive(victim)
            if led:
                led = self.still_led(led, others)
                if not led:
                    self.journal.note(f"  other leaders after {passed:.2f} s")
                    self.journal.measure("until others lead what a broker led that is gone", passed)
                    stalled = self.stalls.since(began) if self.stalls else 0
                    if passed > LEADER_SECONDS + stalled:
                        self.journal.finding(f"{names(victims)}: other leaders are known after {passed:.2f} s, which may take {LEADER_SECONDS:.1f} s "
                                             f"(and {stalled:.2f} s that the disk took)")
                elif passed > LEADER_SECONDS + 30:
                    self.journal.finding(f"{names(victims)}: no other leaders of {sorted(led)} after {passed:.0f} s")
                    led = {}
            if new_controller and passed > 60:
                raise TimeoutError(f"no controller is active {passed:.0f} s after {active} was")
            if new_controller and (found := self.cluster.active_controller()) not in (None, *[v for v in victims if not v.answers]):
                new_controller = False
                self.journal.note(f"  {found} is active after {passed:.2f} s")
                self.journal.measure("until a controller is active again", passed)
            time.sleep(0.05)

    def still_led(self, led, others):
        """What of it has no newer leader yet in the eyes of every other broker."""
        for broker in others:
            known = self.cluster.partitions(broker)
            led = {place: epoch for place, epoch in led.items() if place not in known or known[place]["leader"] < 0 or known[place]["epoch"] <= epoch}
            if led:
                return led
        return led

    def restart(self):
        victim = self.random.choice(self.cluster.nodes)
        self.journal.note(f"restart {victim} in order")
        before = time.monotonic()
        code = victim.stop()
        self.journal.measure("an orderly end", time.monotonic() - before)
        # Kafka's end with 143 of SIGTERM, however orderly, and with 1 if they were still starting.
        if code != 0 and victim.make == "Ottla":
            self.journal.finding(f"{victim} ended with {code} of SIGTERM: {victim.said()}")
        victim.start()

    def reassign(self):
        """Some partitions go to other brokers, or their preferred leader changes; sometimes a broker is killed right behind."""
        places = [place for place in sorted(self.cluster.partitions()) if not place[0].startswith("__") or self.random.random() < 0.3]
        chosen = self.random.sample(places, min(len(places), self.random.randint(1, 4)))
        ids = [broker.id for broker in self.cluster.brokers]
        moves = {place: self.random.sample(ids, 3) for place in chosen}
        self.journal.note("reassign " + ", ".join(f"{topic}-{partition} to {replicas}" for (topic, partition), replicas in moves.items()))
        self.cluster.reassign(moves)
        if self.random.random() < 0.4:
            self.kill()

    def shift(self):
        """Logs of a broker go to other disks of its own; sometimes it is killed right behind."""
        broker = self.random.choice(self.disks)
        held = [place for place, one in sorted(self.cluster.partitions().items()) if broker.id in one["replicas"]]
        moves = {place: self.random.choice(broker.disks) for place in self.random.sample(held, min(len(held), self.random.randint(1, 6)))}
        self.journal.note(f"{broker}: " + ", ".join(f"{topic}-{partition} to {disk.name}" for (topic, partition), disk in moves.items()))
        done = self.cluster.shift(broker, moves)
        if done.returncode != 0:
            self.journal.finding(f"{broker} does not move logs to other disks: {done.stdout.decode()} {done.stderr.decode()}")
        if self.random.random() < 0.4:
            pause = self.random.choice([0, self.random.uniform(0, 3)])
            time.sleep(self.random.uniform(0, 0.3))
            self.journal.note(f"  kill {broker}, down for {pause:.1f} s")
            led = self.led_by([broker])
            broker.kill()
            self.kills += 1
            self.outlast([broker], led, None, pause, self.start)

    def lose(self):
        """A disk of a broker is gone while it runs. The others go on; later it is back, or a new one is in its place."""
        broker = self.random.choice(self.disks)
        disk, is_new = self.random.choice(broker.disks[1:]), self.random.random() < 0.5
        away = disk.with_name(disk.name + ".away")
        self.journal.note(f"{broker} loses {disk.name}" + (", for good" if is_new else ""))
        said = len(broker.log.read_bytes())
        disk.rename(away)
        until(lambda: f"the log directory {disk} has failed".encode() in broker.log.read_bytes()[said:] or not broker.running, 60, lambda: f"{broker} does not notice")
        time.sleep(self.random.uniform(0, 6))
        if not broker.running:
            self.journal.finding(f"{broker} ended because of one disk: {broker.said()}")
        elif self.random.random() < 0.5:
            broker.kill()
            self.kills += 1
        elif (code := broker.stop()) != 0:
            self.journal.finding(f"{broker} ended with {code} of SIGTERM, without {disk.name}: {broker.said()}")
        if is_new:
            disk.mkdir()
            if broker.format(self.cluster.id).wait(60) != 0:
                raise RuntimeError(f"{broker} could not be formatted: {broker.said()}")
            shutil.rmtree(away)
        else:
            away.rename(disk)
        broker.start()

    def elect(self):
        self.journal.note("elect the preferred leaders")
        done = self.cluster.elect()
        # A replica that has only just been moved to its place may not be in sync yet.
        said = f"{done.stdout.decode()}\n{done.stderr.decode()}"
        refused = [line for line in said.splitlines() if line.startswith("Error completing") and "PreferredLeaderNotAvailableException" not in line]
        if done.returncode != 0 and (refused or "could not be elected" not in said):
            self.journal.finding(f"election of preferred leaders: {said}")

    def create(self):
        broker, self.made = self.random.choice(self.cluster.brokers), self.made + 1
        name, count = f"plain-made-{self.made}", self.random.randint(1, 4)
        self.journal.note(f"create {name} with {count} partitions through {broker}")
        self.cluster.create(broker, name, count)
        self.account.add_topic(name, count)

    def replace(self):
        group = self.random.choice(self.groups)
        self.journal.note(f"replace a member of group {group.name}")
        group.replace(self.random)

    def part(self):
        """What goes one way of one link is stopped for a while: of a broker's to a controller, or to another broker."""
        source, target = self.random.choice(self.cluster.brokers), self.random.choice(self.cluster.nodes)
        while target is source:
            target = self.random.choice(self.cluster.nodes)
        way, pause = self.random.choice(WAYS), self.random.uniform(1, 15)
        self.journal.note(f"stop {way} of {source} to {target} for {pause:.1f} s")
        led = self.led_by([source]) if pause > LEADER_SECONDS and target is self.cluster.active_controller() else {}
        self.links.block(source.id, target.id, way)
        try:
            self.outlast([source], led, None, pause, lambda _: self.links.heal())
        finally:
            self.links.heal()


def names(victims):
    return " and ".join(map(str, victims))
