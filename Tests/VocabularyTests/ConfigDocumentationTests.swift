import Testing
import Vocabulary

@testable import Vocabulary

@Suite struct ConfigDocumentationTests {
    private static let tables: [ConfigTable] = [.topic, .group, .broker, .clientMetrics]
    private static let texts = [
        ConfigTable.topicTexts, ConfigTable.groupTexts, ConfigTable.clientMetricsTexts, ConfigTable.brokerClusterTexts, ConfigTable.brokerCoordinatorsTexts,
        ConfigTable.brokerLogTexts, ConfigTable.brokerNetworkTexts,
    ]

    @Test func everyKeyIsExplainedInOneSentence() {
        for table in Self.tables {
            for key in table.keys {
                let text = table.documentation(of: key.name)
                #expect(text?.hasSuffix(".") == true && text?.contains("\n") == false && text?.first?.isUppercase == true, "\(key.name): \(text ?? "nothing")")
                #expect(text?.contains(". ") == false, "\(key.name) has more than a sentence")
            }
        }
        #expect(ConfigTable.broker.documentation(of: "no.such.key") == nil)
    }

    @Test func nothingElseIsExplained() {
        #expect(Self.texts.map(\.count).reduce(0, +) == Self.tables.map(\.keys.count).reduce(0, +))
    }

    @Test func noTwoKeysShareASentence() {
        let all = Self.texts.flatMap { $0.values }
        #expect(Set(all).count == all.count)
    }
}
