// swift-tools-version: 6.2
// The walls of DESIGN: a target may import only what is listed here (checked with --explicit-target-dependency-import-check error).
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

/// Archives linked by name on Linux, so a release binary needs none of these libraries where it runs.
func archives(_ names: [String]) -> [LinkerSetting] {
    names.flatMap { name -> [LinkerSetting] in
        [.linkedLibrary(":lib\(name).a", .when(platforms: [.linux])), .linkedLibrary(name, .when(platforms: [.macOS]))]
    }
}

let package = Package(
    name: "ottla",
    products: [
        .executable(name: "ottla", targets: ["ottla"]),
        // What a program imports is OttlaClient; the rest stays behind it.
        .library(name: "KafkaClient", targets: ["OttlaClient"]),
    ],
    targets: [
        .target(
            name: "CCodecs",
            linkerSettings: archives(["z", "zstd", "lz4", "snappy"]) + [.linkedLibrary("stdc++", .when(platforms: [.linux]))]),
        .target(name: "CLibUV", linkerSettings: archives(["uv_a"]) + [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "COpenSSL", linkerSettings: archives(["ssl", "crypto"])),
        .target(name: "Vocabulary", swiftSettings: strict),
        .target(name: "Locks", swiftSettings: strict),
        .target(name: "Pattern", swiftSettings: strict),
        .target(name: "KafkaProtocol", dependencies: ["CCodecs", "Vocabulary"], swiftSettings: strict),
        .target(name: "Security", dependencies: ["KafkaProtocol", "Vocabulary"], swiftSettings: strict),
        .target(name: "LogStorage", dependencies: ["KafkaProtocol", "Vocabulary", "Locks"], swiftSettings: strict),
        .target(name: "Coordination", dependencies: ["KafkaProtocol", "Pattern", "Vocabulary", "Locks"], swiftSettings: strict),
        .target(
            name: "Broker", dependencies: ["KafkaProtocol", "LogStorage", "Coordination", "Pattern", "Security", "Vocabulary", "Locks"], swiftSettings: strict),
        .target(name: "KafkaClient", dependencies: ["KafkaProtocol", "Pattern", "Security", "Vocabulary"], swiftSettings: strict),
        .target(name: "Host", dependencies: ["KafkaProtocol", "LogStorage", "CLibUV", "COpenSSL", "Locks"], swiftSettings: strict),
        .target(name: "ClientDriver", dependencies: ["KafkaClient", "Host", "KafkaProtocol", "Security", "Locks"], swiftSettings: strict),
        .target(
            name: "Server",
            dependencies: ["Broker", "ClientDriver", "Coordination", "Host", "KafkaClient", "KafkaProtocol", "LogStorage", "Vocabulary", "Locks"],
            swiftSettings: strict),
        .target(
            name: "Toolkit",
            dependencies: [
                "KafkaProtocol", "KafkaClient", "ClientDriver", "Coordination", "Host", "Server", "LogStorage", "Pattern", "Security", "Vocabulary",
            ],
            swiftSettings: strict),
        .target(
            name: "Simulation", dependencies: ["KafkaProtocol", "LogStorage", "Coordination", "Broker", "KafkaClient", "Vocabulary", "Locks"],
            swiftSettings: strict),
        .executableTarget(name: "simulate", dependencies: ["Simulation"], swiftSettings: strict),
        .target(name: "OttlaClient", dependencies: ["ClientDriver", "KafkaClient", "KafkaProtocol", "Host", "Vocabulary", "Locks"], swiftSettings: strict),
        .executableTarget(name: "produce-and-consume", dependencies: ["OttlaClient"], path: "Examples/ProduceAndConsume", swiftSettings: strict),
        .executableTarget(
            name: "forward-in-transactions", dependencies: ["OttlaClient"], path: "Examples/ForwardInTransactions", swiftSettings: strict),
        .executableTarget(name: "load", dependencies: ["OttlaClient"], path: "Benchmarks/Load", swiftSettings: strict),
        .executableTarget(name: "ottla", dependencies: ["Toolkit"], exclude: ["start.order"], swiftSettings: strict),
        .target(name: "Measuring", path: "Tests/Support/Measuring", swiftSettings: strict),
        .executableTarget(
            name: "transaction-player", dependencies: ["OttlaClient"], path: "Tests/Support/TransactionPlayer", swiftSettings: strict),
        .target(name: "OffsetLiterals", dependencies: ["Vocabulary"], path: "Tests/Support/OffsetLiterals", swiftSettings: strict),
        .testTarget(name: "VocabularyTests", dependencies: ["Vocabulary"], swiftSettings: strict),
        .testTarget(name: "PatternTests", dependencies: ["Pattern"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(name: "KafkaProtocolTests", dependencies: ["KafkaProtocol", "Vocabulary"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(name: "SecurityTests", dependencies: ["Security"], swiftSettings: strict),
        .testTarget(
            name: "LogStorageTests", dependencies: ["LogStorage", "KafkaProtocol", "OffsetLiterals", "Vocabulary"], resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "CoordinationTests", dependencies: ["Coordination", "KafkaProtocol", "Measuring", "Pattern", "Vocabulary"], resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "BrokerTests",
            dependencies: ["Broker", "KafkaProtocol", "LogStorage", "Coordination", "OffsetLiterals", "Security", "Simulation", "Vocabulary"],
            resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "KafkaClientTests", dependencies: ["KafkaClient", "KafkaProtocol", "Measuring", "Security", "Vocabulary"], resources: [.copy("Fixtures")],
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "Broker", "Coordination", "KafkaProtocol", "LogStorage", "Vocabulary"], swiftSettings: strict),
        .testTarget(
            name: "ServerTests", dependencies: ["Server", "Broker", "Host", "KafkaProtocol", "LogStorage", "Security"], swiftSettings: strict),
        .testTarget(name: "HostTests", dependencies: ["Host", "KafkaProtocol", "LogStorage"], swiftSettings: strict),
        .testTarget(
            name: "ClientDriverTests", dependencies: ["ClientDriver", "KafkaClient", "KafkaProtocol", "Host", "Vocabulary", "Locks"], swiftSettings: strict),
        .testTarget(name: "OttlaClientTests", dependencies: ["OttlaClient"], swiftSettings: strict),
        .testTarget(
            name: "ToolkitTests", dependencies: ["Toolkit", "KafkaProtocol", "KafkaClient", "ClientDriver", "Vocabulary"], resources: [.copy("Fixtures")],
            swiftSettings: strict
        ),
    ],
    cxxLanguageStandard: .cxx17
)
