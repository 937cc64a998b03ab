import Foundation
import Testing

@testable import KafkaProtocol

/// Rows of a fixture: tab-separated columns.
func fixtureRows(_ name: String) throws -> [[String]] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    return text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
}

func bytes(fromHex hex: String) -> Bytes {
    var out: [UInt8] = []
    var high: UInt8?
    for digit in hex.utf8 {
        let value = digit >= 97 ? digit - 87 : digit - 48
        if let h = high {
            out.append(h << 4 | value)
            high = nil
        } else {
            high = value
        }
    }
    return Bytes(out)
}

func hex(_ bytes: Bytes) -> String { bytes.array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

let allMessages: [String: any Message.Type] = {
    var all: [any Message.Type] = APIKey.allCases.flatMap { [$0.messages.request, $0.messages.response] as [any Message.Type] }
    all += RecordMessages.metadata as [any Message.Type]
    all += RecordMessages.coordinator
    all += [
        RequestHeader.self, ResponseHeader.self, ConsumerProtocolSubscription.self, ConsumerProtocolAssignment.self, DefaultPrincipalData.self,
        ControlRecordTypeSchema.self, EndTxnMarker.self, KRaftVersionRecord.self, LeaderChangeMessage.self, SnapshotHeaderRecord.self,
        SnapshotFooterRecord.self, VotersRecord.self,
    ]
    return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}()

@Suite struct MessageVectorTests {
    @Test func everyVectorOfTheJavaImplementationDecodesPrintsAndEncodes() throws {
        let rows = try fixtureRows("messages.tsv")
        #expect(rows.count > 1400)
        for row in rows {
            let version = try #require(Int16(row[1]))
            guard let type = allMessages[row[0]] else {
                Issue.record("no message \(row[0])")
                continue
            }
            try check(type, version, row[2], row[3])
        }
    }

    private func check<M: Message>(_ type: M.Type, _ version: Int16, _ encoded: String, _ json: String) throws {
        do {
            let message = try M.decode(bytes(fromHex: encoded), version: version)
            #expect(hex(message.encoded(version: version)) == encoded, "\(M.name) v\(version)")
            // The recorded JSON leaves record data out: it shows any that is present as an empty text.
            let printed = JSONPrinter.print(message, version: version)
                .replacingOccurrences(of: #""(records|unalignedRecords)":"[^"]*"#, with: #""$1":""#, options: .regularExpression)
            #expect(printed == json, "\(M.name) v\(version)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func everyPrefixOfEveryVectorIsRefusedWithoutACrash() throws {
        for row in try fixtureRows("messages.tsv") {
            let whole = bytes(fromHex: row[2])
            guard let type = allMessages[row[0]], let version = Int16(row[1]) else { continue }
            for length in 0..<whole.count where (try? type.decode(whole.prefix(length), version: version, allowsTrailing: false)) != nil {
                Issue.record("\(row[0]) v\(version) cut at \(length) is decoded")
            }
        }
    }
}
