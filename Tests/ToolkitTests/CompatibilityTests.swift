import Foundation
import Testing

@testable import Toolkit

@Suite struct ToolCompatibilityTests {
    @Test func everyOptionOfEveryKafkaToolIsDocumented() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../COMPATIBILITY.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        for tool in Tools.all {
            guard let name = tool.command.kafkaName else { continue }
            let start = try #require(lines.firstIndex(of: "| \(name) |"), "no table for \(name)")
            let documented = Set(lines[start + 2].split(whereSeparator: { "|`, ".contains($0) }).map(String.init))
            #expect(documented == Set(tool.command.visibleOptions.map { "--\($0.name)" }), "\(name)")
        }
    }
}
