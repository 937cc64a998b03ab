import Foundation
import Testing

@testable import Toolkit

@Suite struct ToolCompatibilityTests {
    private func lines(of name: String) throws -> [String] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../\(name)")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// The Makefile makes a link for each manual page of that name.
    @Test func everyKafkaNameIsInstalled() throws {
        let pages = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../man")
        let files = try FileManager.default.contentsOfDirectory(atPath: pages.path).filter { $0.hasPrefix("ottla-") && $0.hasSuffix(".1") }
        let names = files.map { "kafka-" + $0.dropFirst("ottla-".count).dropLast(2) }.filter { $0 != "kafka-serve" }
        #expect(names.sorted() == Tools.all.compactMap(\.command.kafkaName).sorted())
    }

    @Test func everyOptionOfEveryKafkaToolIsDocumented() throws {
        let lines = try lines(of: "COMPATIBILITY.md")
        for tool in Tools.all {
            guard let name = tool.command.kafkaName else { continue }
            let start = try #require(lines.firstIndex(of: "| \(name) |"), "no table for \(name)")
            let documented = Set(lines[start + 2].split(whereSeparator: { "|`, ".contains($0) }).map(String.init))
            #expect(documented == Set(tool.command.optionsAtAnyPlace.map { "--\($0.name)" }), "\(name)")
        }
    }

    /// Each line of `--output jsonl` begins with the version of the shapes and the kind of its row.
    @Test func noFieldOfARowIsCalledLikeTheHeadOfItsLine() {
        for tool in Tools.all {
            for section in tool.command.sectionsAtAnyPlace {
                let names = section.fields.map(\.name)
                #expect(!names.contains("version") && !names.contains("kind"), "\(tool.command.name): \(section.name)")
                #expect(Set(names).count == names.count, "\(tool.command.name): \(section.name)")
            }
        }
    }
}
