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
        .library(name: "KafkaClient", targets: ["KafkaClient"]),
    ],
    targets: [
        .target(
            name: "CCodecs",
            linkerSettings: archives(["z", "zstd", "lz4", "snappy"]) + [.linkedLibrary("stdc++", .when(platforms: [.linux]))]),
        .target(name: "CLibUV", linkerSettings: archives(["uv_a"]) + [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "COpenSSL", linkerSettings: archives(["ssl", "crypto"])),
        .target(name: "KafkaProtocol", dependencies: ["CCodecs"], swiftSettings: strict),
        .target(name: "LogStorage", dependencies: ["KafkaProtocol"], swiftSettings: strict),
        .target(name: "Coordination", dependencies: ["KafkaProtocol"], swiftSettings: strict),
        .target(name: "Broker", dependencies: ["KafkaProtocol", "LogStorage", "Coordination"], swiftSettings: strict),
        .target(name: "KafkaClient", dependencies: ["KafkaProtocol"], swiftSettings: strict),
        .target(name: "Host", dependencies: ["KafkaProtocol", "LogStorage", "CLibUV", "COpenSSL"], swiftSettings: strict),
        .target(name: "Server", dependencies: ["Broker", "Host", "KafkaProtocol", "LogStorage", "Coordination"], swiftSettings: strict),
        .target(name: "Toolkit", dependencies: ["KafkaProtocol", "KafkaClient", "Host", "Server", "LogStorage"], swiftSettings: strict),
        .target(name: "Simulation", dependencies: ["KafkaProtocol", "LogStorage", "Coordination", "Broker", "KafkaClient"], swiftSettings: strict),
        .executableTarget(name: "ottla", dependencies: ["Toolkit"], swiftSettings: strict),
        .testTarget(name: "KafkaProtocolTests", dependencies: ["KafkaProtocol"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(name: "LogStorageTests", dependencies: ["LogStorage", "KafkaProtocol"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(name: "CoordinationTests", dependencies: ["Coordination", "KafkaProtocol"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "BrokerTests", dependencies: ["Broker", "KafkaProtocol", "LogStorage", "Coordination"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "KafkaClientTests", dependencies: ["KafkaClient", "KafkaProtocol"], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: strict),
        .testTarget(name: "HostTests", dependencies: ["Host", "KafkaProtocol", "LogStorage"], swiftSettings: strict),
        .testTarget(name: "ToolkitTests", dependencies: ["Toolkit", "KafkaProtocol", "KafkaClient"], resources: [.copy("Fixtures")], swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
