import Foundation
import Testing

@testable import Toolkit

/// What Kafka 4.3.1 does with the same properties.
@Suite struct ConfigProvidersTests {
    private static let package = "org.apache.kafka.common.config.provider."

    private func resolve(_ properties: [String: String], _ environment: [String: String] = [:]) throws -> (values: [String: String], notes: [String]) {
        var providers = try ConfigProviders(properties) { environment[$0] }
        return try providers.resolve(properties)
    }

    private func declare(_ name: String, _ type: String, _ parameters: [String: String] = [:]) -> [String: String] {
        var keys = ["config.providers": name, "config.providers.\(name).class": Self.package + type]
        for (parameter, value) in parameters { keys["config.providers.\(name).param.\(parameter)"] = value }
        return keys
    }

    private func inDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }

    @Test(arguments: [
        ("a${p:k}b", "a[p||k]b"), ("${p:x:k}${p:k}", "[p|x|k][p||k]"), ("${p:/a/b:c:d}", "[p|/a/b|c:d]"), ("${p:}", "[p||]"), ("${:}", "[||]"),
        ("${p}", "${p}"), ("$p:k}", "$p:k}"), ("${p:k", "${p:k"), ("$${p:k}", "$[p||k]"), ("${a ${p:k}", "[a ${p||k]"), ("${a} ${p:k}", "${a} [p||k]"),
        ("${unknown:k}", "${unknown:k}"),
    ]) func variablesAreFoundAsKafkaFindsThem(text: String, replaced: String) throws {
        let result = try ConfigVariable.replace(in: text) { variable in
            variable.provider == "unknown" ? nil : "[\(variable.provider)|\(variable.path)|\(variable.key)]"
        }
        #expect(result == replaced)
    }

    @Test func environmentVariablesAreTakenWhereTheFileDeclaresThem() throws {
        let found = try resolve(
            declare("env", "EnvVarConfigProvider").merging(["log.dirs": "/x/${env:D}/${env:E}", "a": "${other:D}"]) { a, _ in a }, ["D": "d"])
        #expect(found.values["log.dirs"] == "/x/d/${env:E}" && found.values["a"] == "${other:D}")
        #expect(found.notes == ["log.dirs: ${env:E} is not defined and is taken as it stands"])
        #expect(try resolve(["log.dirs": "/x/${env:D}"], ["D": "d"]).values["log.dirs"] == "/x/${env:D}")
        #expect(try resolve(["config.providers": "env", "log.dirs": "${env:D}"], ["D": "d"]).values["log.dirs"] == "${env:D}")
        let allowed = declare("env", "EnvVarConfigProvider", ["allowlist.pattern": "KAFKA_.*"]).merging(["a": "${env:KAFKA_A}${env:HOME}"]) { a, _ in a }
        #expect(try resolve(allowed, ["KAFKA_A": "1", "HOME": "/root"]).values["a"] == "1${env:HOME}")
        #expect(throws: ToolError.invalid("Path is not supported for EnvVarConfigProvider, invalid value 'p'")) {
            try resolve(declare("env", "EnvVarConfigProvider").merging(["a": "${env:p:D}"]) { a, _ in a })
        }
    }

    @Test func filesAndDirectoriesAreRead() throws {
        try inDirectory { directory in
            try "user = bob\npassword=se\\\ncret\n".write(toFile: directory + "/c.properties", atomically: true, encoding: .utf8)
            let file = declare("f", "FileConfigProvider").merging([
                "a": "${f:\(directory)/c.properties:user} ${f:\(directory)/c.properties:password} ${f:nobody}"
            ]) { a, _ in a }
            #expect(try resolve(file).values["a"] == "bob secret ${f:nobody}")
            let folder = declare("d", "DirectoryConfigProvider").merging(["a": "${d:\(directory):c.properties}", "b": "${d:\(directory)/none:c}"]) { a, _ in a }
            #expect(try resolve(folder).values["a"]?.hasPrefix("user = bob\n") == true)
            #expect(try resolve(folder).values["b"] == "${d:\(directory)/none:c}")
            #expect(throws: ToolError.invalid("Could not read properties from file \(directory)/none")) {
                try resolve(declare("f", "FileConfigProvider").merging(["a": "${f:\(directory)/none:x}"]) { a, _ in a })
            }
        }
    }

    @Test func onlyAllowedPathsAreRead() throws {
        try inDirectory { directory in
            try FileManager.default.createDirectory(atPath: directory + "/in", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: directory + "/inner", withIntermediateDirectories: true)
            for name in ["in", "inner"] { try "v".write(toFile: "\(directory)/\(name)/k", atomically: true, encoding: .utf8) }
            let keys = ["a": "${d:\(directory)/in:k}", "b": "${d:\(directory)/inner:k}", "c": "${d:\(directory)/in/../inner:k}"]
            let found = try resolve(declare("d", "DirectoryConfigProvider", ["allowed.paths": directory + "/in/."]).merging(keys) { a, _ in a })
            #expect(found.values["a"] == "v" && found.values["b"] == keys["b"] && found.values["c"] == keys["c"])
        }
        #expect(throws: ToolError.invalid("Path relative is not absolute")) {
            try resolve(declare("d", "DirectoryConfigProvider", ["allowed.paths": "relative"]))
        }
        #expect(throws: ToolError.invalid("Path /no/such does not exist")) { try resolve(declare("d", "FileConfigProvider", ["allowed.paths": "/no/./such"])) }
    }

    @Test func otherClassesAreRefused() {
        let failure = #expect(throws: ToolError.self) { try resolve(["config.providers": "vault", "config.providers.vault.class": "com.example.Vault"]) }
        #expect(
            failure?.message.hasPrefix("Invalid value com.example.Vault for configuration config.providers.vault.class: Could not load config provider class")
                == true)
    }
}
