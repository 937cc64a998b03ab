import Testing

@testable import Toolkit

private func run(_ arguments: [String]) -> (code: Int32, output: String, error: String) {
    let (output, error) = (MemorySink(), MemorySink())
    let writer = OutputWriter(output)
    let runner = ToolRunner(
        ServeTool.tool, invocation: Invocation(program: "ottla serve", isKafkaName: false),
        input: ToolInput(MemorySource([])), output: writer, error: OutputWriter(error, after: writer), world: .still)
    return (runner.run(arguments), output.text, error.text)
}

/// The listeners that a start would open, as `NAME ADDRESS` and ` as ADVERTISED` where that is set, and its other options.
private func start(_ keys: [String: String], _ arguments: String...) throws -> (listeners: [String], properties: [String: String], directory: String) {
    let (output, error) = (OutputWriter(MemorySink()), OutputWriter(MemorySink()))
    let context = ToolContext(
        command: ServeTool.command, invocation: Invocation(program: "ottla serve", isKafkaName: false),
        options: try JoptParser(ServeTool.command).parse(arguments), input: ToolInput(MemorySource([])), output: output, error: error,
        report: Report(.text, command: "serve", to: output), world: .still)
    let options = try ServeTool.serverOptions(context, NodeProperties(keys))
    let listeners = options.listeners.map { "\($0.name) \($0.address)" + ($0.advertised.map { " as \($0)" } ?? "") }
    return (listeners, options.properties, options.dataDirectories.joined(separator: ","))
}

@Suite struct ServeToolTests {
    @Test func wordsThatBelongToNoOptionAreRefused() {
        let ran = run(["--ephemeral", "orders:3"])
        #expect(ran.code == 2)
        #expect(ran.error.contains("unexpected word 'orders:3'"))
    }

    @Test func theManualNamesTheExitCodesOfAServer() {
        let page = ManPage.page(ServeTool.command)
        #expect(page.contains(".SH EXIT STATUS\n0 after a clean stop"))
        #expect(!page.contains("130") && !page.contains("143"))
        #expect(ManPage.page(TopicsTool.tool.command).contains("130 after an interrupt"))
    }

    @Test func withoutKeysOneLoopbackListenerIsOpened() throws {
        #expect(try start([:]).listeners == ["PLAINTEXT 127.0.0.1:9092"])
        #expect(try start([:], "--listen", "127.0.0.1:0", "--listen", "[::1]:0").listeners == ["PLAINTEXT 127.0.0.1:0", "PLAINTEXT_1 [::1]:0"])
    }

    @Test func advertisedListenersPairByNameAndTheOptionIsStronger() throws {
        let keys = [
            "listeners": "INSIDE://localhost:1, OUTSIDE://[::1]:2", "advertised.listeners": "outside://foo:99,INSIDE://bar:98",
            "listener.security.protocol.map": "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
        ]
        #expect(try start(keys).listeners == ["INSIDE localhost:1 as bar:98", "OUTSIDE [::1]:2 as foo:99"])
        let moved = try start(keys, "--listen", "127.0.0.1:0", "--advertise", "own:7")
        #expect(moved.listeners == ["INSIDE 127.0.0.1:0 as own:7"])
    }

    @Test func advertisedListenersHoldForTheListenerOfTheCommandLine() throws {
        let keys = ["advertised.listeners": "PLAINTEXT://foo:99"]
        #expect(try start(keys).listeners == ["PLAINTEXT 127.0.0.1:9092 as foo:99"])
        #expect(try start(keys, "--listen", "127.0.0.1:0").listeners == ["PLAINTEXT 127.0.0.1:0 as foo:99"])
        let stronger = try start(keys, "--advertise", "own:7")
        #expect(stronger.listeners == ["PLAINTEXT 127.0.0.1:9092 as own:7"] && stronger.properties["advertised.listeners"] == nil)
    }

    @Test func kafkasOwnCombinedFileStartsWithoutItsControllerListener() throws {
        let keys = [
            "process.roles": "broker,controller", "node.id": "1", "controller.quorum.bootstrap.servers": "localhost:9093",
            "listeners": "PLAINTEXT://:9092,CONTROLLER://:9093", "inter.broker.listener.name": "PLAINTEXT",
            "advertised.listeners": "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093", "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL",
            "log.dirs": "/tmp/kraft-combined-logs", "authorizer.class.name": "",
        ]
        let started = try start(keys)
        #expect(started.listeners == ["PLAINTEXT 127.0.0.1:9092 as localhost:9092"])
        #expect(started.directory == "/tmp/kraft-combined-logs")
        #expect(try NodeProperties(keys).warnings == ["the controller listener CONTROLLER://:9093 is not opened: this node is its own quorum"])
        #expect(try start(["controller.quorum.voters": "3@localhost:9093", "node.id": "3"]).properties["node.id"] == "3")
    }

    @Test func listenersMayShareAPortOnDifferentAddressesOfTheCommandLineAndOnTwoFamilies() throws {
        #expect(try start([:], "--listen", "127.0.0.1:9", "--listen", "127.0.0.2:9").listeners.count == 2)
        let families = ["listeners": "A://127.0.0.1:9,B://[::1]:9", "listener.security.protocol.map": "A:PLAINTEXT,B:PLAINTEXT"]
        #expect(try start(families).listeners == ["A 127.0.0.1:9", "B [::1]:9"])
        #expect(try start(["listeners": "A://a:0,B://b:0", "listener.security.protocol.map": "A:PLAINTEXT,B:PLAINTEXT"]).listeners.count == 2)
        #expect(throws: ToolError.self) { try start([:], "--listen", "127.0.0.1:9", "--listen", "127.0.0.1:9") }
        #expect(throws: ToolError.self) { try start([:], "--advertise", "0.0.0.0:9") }
    }

    @Test func brokerIdIsTheNodesId() throws {
        #expect(try start(["broker.id": "5"]).properties["node.id"] == "5")
        #expect(try start(["broker.id": "-1"]).properties["node.id"] == nil)
        #expect(try start(["broker.id": "5", "node.id": "5", "controller.quorum.voters": "5@h:1"]).properties["node.id"] == "5")
    }

    @Test(arguments: [
        (["listeners": "SSL://localhost:9093"], ["listeners", "only PLAINTEXT is served yet, not SSL"]),
        (["listeners": "PLAINTEXT://localhost:1,SASL_PLAINTEXT://localhost:2"], ["listeners", "not SASL_PLAINTEXT"]),
        (["listeners": "sasl_ssl://localhost:2"], ["listeners", "not SASL_SSL"]),
        (["listeners": "IN://:1", "listener.security.protocol.map": "IN:SSL"], ["listeners", "not IN, which listener.security.protocol.map makes SSL"]),
        (["listener.security.protocol.map": "PLAINTEXT:SASL_SSL"], ["listener.security.protocol.map makes SASL_SSL"]),
        (["listeners": "IN://:1"], ["IN has no entry in listener.security.protocol.map"]),
        (["listeners": "PLAINTEXT:1"], ["invalid listener 'PLAINTEXT:1' in listeners"]),
        (["listeners": "PLAINTEXT://a:1,PLAINTEXT://b:2"], ["PLAINTEXT is named twice"]),
        (["listeners": "CONTROLLER://:9093"], ["no listener for clients"]),
        (["advertised.listeners": "OTHER://a:1"], ["advertised.listeners", "OTHER://a:1 belongs to no listener"]),
        (["advertised.listeners": "PLAINTEXT://0.0.0.0:1"], ["advertised.listeners", "cannot connect"]),
        (["authorizer.class.name": "a.B"], ["authorizer.class.name=a.B"]),
        (["create.topic.policy.class.name": "a.B"], ["create.topic.policy.class.name=a.B"]),
        (["log.retention.ms": "0"], ["invalid configuration", "log.retention.ms must be unlimited (-1) or"]),
        (["listeners": "PLAINTEXT://a:9,CONTROLLER://b:9"], ["PLAINTEXT://a:9 and CONTROLLER://b:9 have the same port"]),
        (["inter.broker.listener.name": "INSIDE"], ["inter.broker.listener.name=INSIDE is no listener; there is PLAINTEXT"]),
        (["inter.broker.listener.name": "PLAINTEXT", "security.inter.broker.protocol": "SSL"], ["only one of inter.broker.listener.name"]),
        (["broker.id": "5", "node.id": "6"], ["node.id=6 and broker.id=5"]),
        (["process.roles": "broker", "node.id": "9"], ["controller.quorum.bootstrap.servers must contain the set of bootstrap controllers"]),
        (["process.roles": "broker", "node.id": "9", "controller.quorum.voters": "9@a:1"], ["the node id 9 must not be included in the set of voters"]),
        (["process.roles": "controller"], ["process.roles=controller", "voting in a quorum is not served yet"]),
        (["controller.quorum.voters": "1@a:1,2@b:1"], ["controller.quorum.voters=1@a:1,2@b:1", "joining a quorum is not served yet"]),
        (["controller.quorum.voters": "2@b:1"], ["controller.quorum.voters=2@b:1", "joining a quorum is not served yet"]),
        (["controller.quorum.bootstrap.servers": "a:1,b:1"], ["controller.quorum.bootstrap.servers=a:1,b:1"]),
    ])
    func whatOneOpenNodeCannotObeyIsRefused(keys: [String: String], words: [String]) {
        let failure = #expect(throws: ToolError.self) { try start(keys) }
        for word in words { #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")") }
    }

    @Test func aRefusalNamesTheProgram() {
        let ran = run(["--override", "process.roles=controller"])
        #expect(ran.code == 1 && ran.error.hasPrefix("ottla serve: process.roles=controller: "))
        #expect(run(["--override", "listeners=SSL://:1"]).error.hasPrefix("ottla serve: listeners=SSL://:1: only PLAINTEXT"))
    }
}
