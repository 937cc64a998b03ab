import Foundation
import KafkaProtocol
import Testing

@testable import KafkaClient

@Suite struct ClientConfigKeyTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")

    @Test func everyPropertyStandsInTheDocumentUnderItsTreatment() throws {
        let lines = try String(contentsOf: root.appendingPathComponent("COMPATIBILITY.md"), encoding: .utf8).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "### Properties of the tools' clients"))
        let documented = lines[(start + 1)...].prefix { !$0.hasPrefix("#") }.filter { $0.hasPrefix("| ") && $0.contains("`") }
        var order = ["obeyed"]
        var groups: [String: [String]] = ["obeyed": []]
        for isRefusal in [true, false] {
            for key in ClientConfigKey.all {
                let title: String
                switch key.treatment {
                case .obeyed where isRefusal: title = "obeyed"
                case .refused(let reason) where isRefusal: title = "refused: \(reason)"
                case .noEffect(let reason) where !isRefusal: title = "without effect: \(reason)"
                default: continue
                }
                if groups[title] == nil { order.append(title) }
                groups[title, default: []].append("`\(key.name)`")
            }
        }
        #expect(Array(documented) == order.map { "| \($0) | \((groups[$0] ?? []).joined(separator: ", ")) |" })
        #expect(ClientConfigKey.all.count == 141 && Set(ClientConfigKey.all.map(\.name)).count == 141)
    }

    @Test func whatIsCalledObeyedIsReadSomewhere() throws {
        var read: Set<String> = []
        for folder in ["KafkaClient", "Toolkit"] {
            let sources = root.appendingPathComponent("Sources/\(folder)")
            for case let file as URL in try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
            where file.pathExtension == "swift" && !["ClientConfigKeys.swift", "ClientConfigRules.swift"].contains(file.lastPathComponent) {
                let pieces = try String(contentsOf: file, encoding: .utf8).split(separator: "\"", omittingEmptySubsequences: false)
                read.formUnion(pieces.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) })
            }
        }
        for key in ClientConfigKey.all where key.treatment == .obeyed {
            // Levels are looked up by a name that is put together.
            let isLevel = key.name.hasPrefix("compression.") && key.name.hasSuffix(".level")
            #expect(isLevel || read.contains(key.name), "\(key.name) is called obeyed and nothing reads it")
        }
    }

    @Test func propertiesWithoutEffectAreNamedWhereTheirClientHasThem() throws {
        let properties = [
            "metric.reporters": "a.B", "max.poll.records": "5", "client.dns.lookup": "USE_ALL_DNS_IPS", "ssl.protocol": "TLSv1.3", "acks": "1",
            "sasl.oauthbearer.client.credentials.client.secret": "hidden", "no.such.property": "x", "interceptor.classes": " ",
        ]
        let common = [
            "metric.reporters=a.B has no effect: metrics are not kept",
            "sasl.oauthbearer.client.credentials.client.secret has no effect: the mechanisms are PLAIN and SCRAM",
        ]
        #expect(try ClientConfigKey.remarks(on: properties, of: .admin) == common)
        #expect(
            try ClientConfigKey.remarks(on: properties, of: .consumer)
                == ["max.poll.records=5 has no effect: the pace of batches is this client's own"] + common)
    }

    @Test(arguments: [
        ("interceptor.classes", "a.B", "interceptor.classes=a.B: Java classes cannot be loaded"),
        ("ssl.engine.factory.class", "a.B", "ssl.engine.factory.class=a.B: Java classes cannot be loaded"),
    ]) func whatMustNotBeIgnoredIsRefused(key: String, text: String, message: String) {
        let failure = #expect(throws: ClientError.self) { try ClientConfigKey.remarks(on: [key: text], of: .producer) }
        #expect(failure?.message == message)
    }

    @Test func sizesOfSocketsAreTakenWhereTheyAreGiven() throws {
        let given = try ClientConfig(bootstrap: "a:1", properties: ["send.buffer.bytes": "5000", "receive.buffer.bytes": "-1"], clientId: "test")
        #expect(given.sendBufferBytes == 5000 && given.receiveBufferBytes == nil)
        #expect(throws: ClientError.self) { try ClientConfig(bootstrap: "a:1", properties: ["send.buffer.bytes": "-2"], clientId: "test") }
    }
}
