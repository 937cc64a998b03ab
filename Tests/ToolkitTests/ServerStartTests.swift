import Foundation
import Host
import Testing

@testable import Toolkit

private func start(_ words: String...) -> Ran { Ran(ServerStartTool.tool, words) }

/// A file of properties in a directory of its own.
private final class ServerProperties {
    let directory = NSTemporaryDirectory() + "ottla-start-\(UUID())"
    var path: String { directory + "/server.properties" }

    init(_ text: String) throws {
        try FileManager.default.createDirectory(atPath: directory + "/data", withIntermediateDirectories: true)
        try text.replacing("DIR", with: directory).write(toFile: path, atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}

@Suite struct ServerStartTests {
    @Test func theFileIsTheOnlyWord() throws {
        #expect(start().code == 1 && start().error.contains("usage: kafka-server-start"))
        #expect(start("--override", "a=b").error.contains("no server.properties file is named"))
        let properties = try ServerProperties("log.dirs=DIR/data")
        #expect(start(properties.path, "x", "y").error.contains("Found non argument parameters: x,y"))
        #expect(start("/nosuch/file").error == "cannot read /nosuch/file: No such file or directory\n")
    }

    @Test func aDirectoryThatNobodyFormattedIsRefusedWithTheCommandThatDoes() throws {
        let properties = try ServerProperties("node.id=1\nlog.dirs=DIR/data\ncontroller.quorum.bootstrap.servers=127.0.0.1:1")
        let ran = start(properties.path)
        #expect(
            ran.code == 1
                && ran.error == "No readable meta.properties files found. \(properties.directory)/data is not formatted; to format it: "
                    + "kafka-storage.sh format --cluster-id $(kafka-storage.sh random-uuid) --standalone --config \(properties.path)\n"
        )
        // With voters the quorum is known already.
        #expect(start("-daemon", properties.path, "--override", "controller.quorum.voters=1@127.0.0.1:1").error.contains("random-uuid) --config "))
        #expect(try FileManager.default.contentsOfDirectory(atPath: properties.directory + "/data").isEmpty)
    }

    @Test func whatCannotBeServedIsRefusedInTheNameOfTheProgram() throws {
        let properties = try ServerProperties("log.dirs=DIR/a,DIR/b")
        #expect(start(properties.path).error.contains("/a is not formatted; to format it: "))
        #expect(start(properties.path, "--override", "process.roles=controller").error.hasPrefix("kafka-server-start: process.roles=controller: "))
    }
}

@Suite struct ServerStopTests {
    private func broker(_ words: String..., directory: String = "/") -> StartedBroker? {
        StartedBroker(RunningProcess(id: 1, arguments: words, workingDirectory: directory))
    }

    @Test func brokersOfServerStartAreFoundByTheirCommandLine() {
        for words in [
            ["/usr/bin/kafka-server-start.sh", "a"], ["kafka-server-start", "a"], ["ottla", "server-start", "a"], ["./x", "kafka-server-start", "a"],
        ] {
            #expect(StartedBroker(RunningProcess(id: 1, arguments: words, workingDirectory: "/")) != nil, "\(words)")
        }
        #expect(broker("ottla", "serve", "--config", "a") == nil)
        #expect(broker("/bin/bash", "/opt/kafka/bin/kafka-server-start.sh", "a") == nil)
        #expect(broker("vi", "server-start.txt") == nil)
        #expect(broker("kafka-server-start", "-daemon", "a") == nil)
        #expect(broker("kafka-server-start") == nil)
    }

    @Test func anEditorWithSuchWordsIsNoBroker() {
        let words = ["vi", "kafka-server-start.sh", "server.properties"]
        #expect(StartedBroker(RunningProcess(id: 1, arguments: words, workingDirectory: "/", runsThisProgram: false)) == nil)
        let processes = RunningProcess.all()
        #expect(!processes.contains { $0.id == ProcessInfo.processInfo.processIdentifier })
    }

    @Test func whatABrokerWasConfiguredWithIsReadAsItReadsIt() throws {
        let properties = try ServerProperties("node.id=5\nprocess.roles=broker,controller")
        let ran = OutputWriter(MemorySink())
        let context = ToolContext(
            command: ServerStopTool.command, invocation: Invocation(program: "kafka-server-stop", isKafkaName: true),
            options: ParsedOptions(command: ServerStopTool.command), input: ToolInput(MemorySource([])), output: ran, error: ran,
            report: Report(.text, command: "server-stop", to: ran), world: .still)
        let found = try #require(broker("kafka-server-start", "server.properties", "--override", "process.roles=broker", directory: properties.directory))
        #expect(try found.setting("node.id", context) == "5" && found.setting("process.roles", context) == "broker")
        #expect(try found.setting("log.dirs", context) == nil)
    }

    @Test func withoutABrokerThereIsNothingToStop() {
        let ran = Ran(ServerStopTool.tool, ["--node-id=-77412"])
        #expect(ran.code == 1 && ran.output == "No kafka server to stop\n")
        let both = Ran(ServerStopTool.tool, ["--process-role=none", "--node-id=-77412"])
        #expect(both.output == "When both node-id and process-role are provided, the value for node-id will take precedence\nNo kafka server to stop\n")
        #expect(Ran(ServerStopTool.tool, ["all"]).error.contains("unexpected word 'all'"))
    }
}
