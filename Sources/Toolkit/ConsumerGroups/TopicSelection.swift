import KafkaClient
import Vocabulary

/// The `--topic` values: whole topics, and partitions as `topic:0,1,2`.
struct TopicSelection {
    private(set) var wholeTopics: [String] = []
    private(set) var partitions: [TopicPartition] = []

    init(_ arguments: [String]) throws(ToolError) {
        for argument in arguments {
            guard argument.contains(":") else {
                if !wholeTopics.contains(argument) { wholeTopics.append(argument) }
                continue
            }
            let words = Self.split(argument[...], at: ":")
            guard words.count == 2 else {
                throw .usage("Invalid topic arg '\(argument)', expected topic name and partitions")
            }
            for word in Self.split(words[1], at: ",") {
                guard let number = Int32(java: word) else { throw .usage("Invalid partition '\(word)' specified in topic arg '\(argument)''") }
                partitions.append(TopicPartition(String(words[0]), number))
            }
        }
    }

    /// As Java splits: empty words at the end do not count, but a text without a separator is one word.
    private static func split(_ text: Substring, at separator: Character) -> [Substring] {
        var words = text.split(separator: separator, omittingEmptySubsequences: false)
        if words.count > 1 { while words.last?.isEmpty == true { words.removeLast() } }
        return words
    }
}
