import ClientDriver
import Foundation
import KafkaProtocol
import Testing

@testable import Toolkit

private func storage(_ words: [String]) -> Ran { Ran(StorageTool.tool, words) }

/// A node's configuration in a directory of its own, with the directories `a` and `b`.
private final class NodeFile {
    let directory = NSTemporaryDirectory() + "ottla-storage-\(UUID())"
    var path: String { directory + "/server.properties" }

    init(_ text: String = "") throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let common = """
            process.roles=broker,controller
            node.id=5
            listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093
            controller.listener.names=CONTROLLER
            controller.quorum.bootstrap.servers=127.0.0.1:9093
            log.dirs=\(directory)/a,\(directory)/b

            """
        try (common + text).write(toFile: path, atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func format(_ words: String...) -> Ran { storage(["format", "-c", path, "-t", "E8eCNUuHREe2JoW4W4_XVg"] + words) }
    var info: Ran { storage(["info", "--config", path]) }
    func meta(of name: String) throws -> String { try String(contentsOfFile: "\(directory)/\(name)/meta.properties", encoding: .utf8) }
}

@Suite struct StorageToolTests {
    @Test func whatIsFormattedIsShownAsFormatted() throws {
        let node = try NodeFile()
        #expect(node.info.code == 1 && node.info.output == "Found problems:\n  \(node.directory)/a does not exist\n  \(node.directory)/b does not exist\n\n")
        let formatted = node.format("--standalone")
        #expect(formatted.code == 0 && formatted.error.isEmpty)
        #expect(formatted.output.hasSuffix("Formatting data directory \(node.directory)/b with metadata.version 4.3-IV0.\n"))
        #expect(formatted.output.contains("Formatting dynamic metadata voter directory \(node.directory)/a with metadata.version 4.3-IV0.\n"))
        let info = node.info
        #expect(info.code == 0 && info.output.contains("Found metadata: {cluster.id=E8eCNUuHREe2JoW4W4_XVg, directory.id="))
        #expect(info.output.hasSuffix(", node.id=5, version=1}\n\n"))
        #expect(try node.meta(of: "a") != node.meta(of: "b"))
    }

    @Test func whatIsFormattedIsNotFormattedAgain() throws {
        let node = try NodeFile()
        #expect(node.format("-N").code == 0)
        let before = try node.meta(of: "a")
        #expect(node.format("-N").error.hasPrefix("Log directory \(node.directory)/a is already formatted. Use --ignore-formatted"))
        #expect(node.format("-N", "-g").output == "All of the log directories are already formatted.\n")
        try FileManager.default.removeItem(atPath: node.directory + "/b")
        #expect(node.format("-N", "-g").output.hasSuffix("Formatting data directory \(node.directory)/b with metadata.version 4.3-IV0.\n"))
        #expect(try node.meta(of: "a") == before)
        let other = storage(["format", "-c", node.path, "-t", "other", "-N", "-g"])
        #expect(other.code == 1 && other.output.isEmpty)
        #expect(other.error == "Invalid cluster.id in: \(node.directory)/a/meta.properties. Expected other, but read E8eCNUuHREe2JoW4W4_XVg\n")
    }

    @Test func directoriesOfDifferentNodesDoNotBelongTogether() throws {
        let node = try NodeFile()
        #expect(node.format("-N").code == 0)
        let meta = try node.meta(of: "b").replacing("node.id=5", with: "node.id=6")
        try meta.write(toFile: node.directory + "/b/meta.properties", atomically: true, encoding: .utf8)
        #expect(node.info.output.hasSuffix("Found problem:\n  Mismatched node IDs between storage directories.\n\n"))
        #expect(node.format("-N", "-g").error.hasPrefix("Stored node id 6 doesn't match previous node id 5 in \(node.directory)/b/meta.properties."))
    }

    @Test func aClusterIdStandsInTheFileAsJavaWritesIt() throws {
        let node = try NodeFile()
        #expect(storage(["format", "-c", node.path, "-t", " a:b=c#d\\e!", "-N"]).code == 0)
        #expect(try node.meta(of: "a").contains(##"cluster.id=\ a\:b\=c\#d\\e\!"## + "\n"))
        #expect(node.info.output.contains(#"{cluster.id= a:b=c#d\e!, "#))
        #expect(storage(["format", "-c", node.path, "-t", "a\nb", "-N"]).error == "The cluster id must not be empty and has no control characters.\n")
    }

    @Test func theWaysToNameAQuorumExcludeOneAnother() throws {
        let node = try NodeFile()
        #expect(node.format().error.hasPrefix("Because controller.quorum.voters is not set on this controller, you must specify one of the following: "))
        let both = node.format("--no-initial-controllers", "--standalone")
        #expect(both.code == 1 && both.error.contains("argument --no-initial-controllers/-N: not allowed with argument --standalone/-s"))
        let voters = try NodeFile("controller.quorum.voters=5@127.0.0.1:9093\n")
        #expect(voters.format("-s").error.hasPrefix("You cannot specify controller.quorum.voters and format the node with --initial-controllers or"))
        #expect(voters.format().output.contains("Formatting metadata directory \(voters.directory)/a "))
        let stranger = try NodeFile("controller.quorum.voters=6@127.0.0.1:9093\n")
        #expect(stranger.format().error.contains("the node id 5 must be included in the set of voters controller.quorum.voters=6@127.0.0.1:9093"))
        let broker = try NodeFile("process.roles=broker\n")
        #expect(broker.format("-s").error == "You can only use --standalone on a controller.\n")
        #expect(broker.format().code == 0)
    }

    @Test func anotherMetadataDirectoryIsFormattedToo() throws {
        let node = try NodeFile()
        try (String(contentsOfFile: node.path, encoding: .utf8) + "metadata.log.dir=\(node.directory)/m\n").write(
            toFile: node.path, atomically: true, encoding: .utf8)
        let directory = Uuid(high: 1, low: 2)
        let ran = node.format("-I", "5@localhost:9093:\(directory),6@[::1]:9093:\(Uuid(high: 1, low: 3))")
        #expect(ran.output.contains("Formatting dynamic metadata voter directory \(node.directory)/m "))
        #expect(ran.output.contains("Formatting data directory \(node.directory)/a "))
        #expect(try node.meta(of: "m").contains("directory.id=\(directory)\n"))
        #expect(FileManager.default.fileExists(atPath: node.directory + "/m/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint"))
        #expect(!FileManager.default.fileExists(atPath: node.directory + "/a/__cluster_metadata-0"))
    }

    @Test func aConfigurationThatIsNoneIsRefused() throws {
        for (text, reason) in [
            ("process.roles=\n", "Missing required configuration \"process.roles\" which has no default value."),
            ("process.roles=boss\n", "Invalid value boss for configuration process.roles"), ("node.id=x\n", "Invalid value x for configuration node.id"),
            ("controller.quorum.bootstrap.servers=\n", "either controller.quorum.bootstrap.servers must contain the set of bootstrap controllers"),
            ("controller.quorum.voters=5\n", "Each entry should be in the form `{id}@{host}:{port}`."),
        ] {
            let node = try NodeFile(text)
            let ran = node.info
            #expect(ran.code == 1 && ran.output.isEmpty && ran.error.contains(reason), "\(text): \(ran.error)")
        }
        #expect(storage(["info", "-c", "/nowhere/at.all"]).error == "cannot read /nowhere/at.all: No such file or directory\n")
    }

    @Test func everyIdIsANewOne() {
        let ids = (0..<2).map { _ in storage(["random-uuid"]).output }
        #expect(ids[0] != ids[1])
        #expect(ids.allSatisfy { Uuid(String($0.dropLast())) != nil })
    }
}

@Suite struct InitialFeaturesTests {
    private func features(_ release: String? = nil, _ settings: String..., dynamic: Bool = false) throws -> InitialFeatures {
        try InitialFeatures(release: release, settings: settings, hasDynamicQuorum: dynamic, unfinished: false)
    }

    @Test func aReleaseSaysTheLevelsAndASettingIsStronger() throws {
        #expect(try features("3.9").recorded.map(\.name) == ["metadata.version"])
        #expect(try features("4.0").recorded.map { "\($0.name)=\($0.level)" } == ["metadata.version=25", "group.version=1", "transaction.version=2"])
        #expect(try features(nil, "metadata.version=21").release.name == "3.9-IV0")
        #expect(try features(nil, "share.version=0", "transaction.version=1").recorded.map(\.level) == [30, 1, 1, 1, 1])
        #expect(try features(dynamic: true).levels["kraft.version"] == 1 && features().levels["kraft.version"] == 0)
    }

    @Test func whatDoesNotFitTogetherIsRefused() {
        #expect(throws: ToolError.invalid("Use --release-version instead of --feature metadata.version=X to avoid ambiguity.")) {
            try features("4.0", "metadata.version=21")
        }
        #expect(throws: ToolError.invalid("metadata.version 4.4-IV0 is not yet stable.")) { try features(nil, "metadata.version=31") }
        #expect(throws: ToolError.invalid("No MetadataVersion with feature level 99")) { try features(nil, "metadata.version=99") }
        #expect(throws: ToolError.invalid("No feature:group.version with feature level 7")) { try features(nil, "group.version=7") }
        #expect(
            throws: ToolError.invalid("eligible.leader.replicas.version could not be set to 1 because it depends on metadata.version level 23")
        ) { try features("3.9", "eligible.leader.replicas.version=1") }
        #expect(throws: ToolError.self) { try features(nil, "kraft.version=1") }
        #expect(throws: ToolError.self) { try features(nil, "kraft.version=0", dynamic: true) }
        #expect(throws: ToolError.invalid("Can't parse feature=level string a: equals sign not found.")) { try features(nil, "a") }
    }
}

@Suite struct InitialVotersTests {
    @Test func votersAreReadInTheOrderOfTheirIds() throws {
        let directory = Uuid(high: 5, low: 6)
        let voters = try InitialVoters(" 7@[::1]:9093:\(directory), 2@example.com:1:\(Uuid(high: 1, low: 1))")
        #expect(voters.voters.map(\.id) == [2, 7] && voters[7]?.address.host == "::1" && voters[7]?.directory == directory && voters[3] == nil)
        let record = voters.record(listener: "CONTROLLER")
        #expect(record.voters.map(\.voterId) == [2, 7] && record.voters[0].endpoints.map(\.host) == ["example.com"])
        #expect(record.voters.allSatisfy { $0.kRaftVersionFeature.maxSupportedVersion == 1 })
    }

    @Test(arguments: [
        ("", "No voters given."), ("1", "No @ found in dynamic voter string."), ("@h:1:x", "Invalid @ at beginning of dynamic voter string."),
        ("x@h:1:y", "Failed to parse node id in dynamic voter string."), ("-1@h:1:y", "Invalid negative node id -1 in dynamic voter string."),
        ("1@", "No hostname found after node id."), ("1@h", "No colon following hostname could be found."),
        ("1@[h:1", "Hostname began with left bracket, but no right bracket was found."), ("1@[h]1", "Port section must start with a colon."),
        ("1@h:1", "No colon following port could be found."), ("1@h:p:x", "Failed to parse port in dynamic voter string."),
        ("1@h:70000:x", "Invalid port 70000 in dynamic voter string."),
        ("1@h:1:AAAAAAAAAAAAAAAAAAAAAQ,1@h:1:AAAAAAAAAAAAAAAAAAAAAQ", "Node id 1 was specified more than once."),
    ])
    func whatIsNoVoterIsToldInKafkasWords(text: String, message: String) {
        #expect(throws: ToolError.invalid(message)) { try InitialVoters(text) }
    }
}

@Suite struct InitialCredentialTests {
    /// The exchange of RFC 7677, section 3: user, pencil, this salt.
    @Test func keysFollowFromThePassword() throws {
        let credential = try InitialCredential("SCRAM-SHA-256=[name=user,password=pencil,salt=\"W22ZaJ0SNY7soEsUEjb6gQ==\"]")
        let record = credential.record(ScramCrypto())
        #expect(record.name == "user" && record.mechanism == 1 && record.iterations == 4096)
        #expect(Base64.encode(record.storedKey.array) == "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=")
        #expect(Base64.encode(record.serverKey.array) == "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")
        // The salted password says the same.
        let salted = ScramCrypto().pbkdf2(.sha256, password: Array("pencil".utf8), salt: record.salt.array, iterations: 4096)
        let other = try InitialCredential("SCRAM-SHA-256=[name=user,salt=W22ZaJ0SNY7soEsUEjb6gQ==,saltedpassword=\(Base64.encode(salted))]")
        #expect(other.record(ScramCrypto()) == record)
    }

    @Test func everyPasswordHasASaltOfItsOwn() throws {
        let credential = try InitialCredential("SCRAM-SHA-512=[name=user,password=pencil,iterations=8192]")
        let records = [credential.record(ScramCrypto()), credential.record(ScramCrypto())]
        #expect(records[0].salt != records[1].salt && records[0].iterations == 8192 && records[0].storedKey.count == 64)
    }

    @Test(arguments: [
        ("x", "Failed to find equals sign in SCRAM argument 'x'"), ("PLAIN=[name=a]", "The add-scram mechanism PLAIN is not supported."),
        ("SCRAM-SHA-256=name=a", "Expected configuration string to start with ["),
        ("SCRAM-SHA-256=[name=a", "Expected configuration string to end with ]"), ("SCRAM-SHA-256=[name]", "No equals sign found in SCRAM component: name"),
        ("SCRAM-SHA-256=[password=a]", "You must supply 'name' to add-scram"),
        ("SCRAM-SHA-256=[name=a]", "You must supply one of 'password' or 'saltedpassword' to add-scram"),
        ("SCRAM-SHA-256=[name=a,saltedpassword=YQ==]", "You must supply 'salt' with 'saltedpassword' to add-scram"),
        ("SCRAM-SHA-256=[name=a,password=b,salt=?]", "Failed to decode given salt: ?"),
        ("SCRAM-SHA-256=[name=a,password=b,iterations=x]", "Failed to parse iterations count: x"),
        ("SCRAM-SHA-256=[name=a,password=b,iterations=4095]", "The 'iterations' value must be >= 4096 for add-scram using SCRAM_SHA_256"),
        ("SCRAM-SHA-512=[name=a,password=b,iterations=16385]", "The 'iterations' value must be <= 16384 for add-scram using SCRAM_SHA_512"),
        ("SCRAM-SHA-256=[name=a,password=b,z=1,y=2]", "Unknown SCRAM configurations: y, z"),
    ])
    func whatIsNoCredentialIsToldInKafkasWords(text: String, message: String) {
        #expect(throws: ToolError.invalid(message)) { try InitialCredential(text) }
    }
}
