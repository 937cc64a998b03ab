import Foundation
import KafkaProtocol
import Testing

@testable import Broker

@Suite struct CompatibilityTests {
    /// Rows `| key | API | versions | …` of COMPATIBILITY.md.
    private func documented() throws -> [String] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../COMPATIBILITY.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count > 4, Int(cells[1]) != nil else { return nil }
            return cells[1...3].joined(separator: " ")
        }
    }

    @Test func everyServedAPIAndNoOtherIsDocumented() throws {
        let served = Dispatch.apis.map { api -> String in
            let request = api.key.messages.request.name
            return "\(api.key.rawValue) \(request.dropLast("Request".count)) \(api.versions.lowerBound)–\(api.versions.upperBound)"
        }
        #expect(try documented().sorted() == served.sorted())
    }

    @Test func apisAreListedOnceInTheOrderOfTheirKeys() {
        let keys = Dispatch.apis.map(\.key.rawValue)
        #expect(keys == Set(keys).sorted())
    }
}
