import KafkaClient

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
            // As Java splits: empty words at the end do not count.
            let words = argument.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count == 2, !words[0].isEmpty, !words[1].isEmpty else {
                throw .usage("Invalid topic arg '\(argument)', expected topic name and partitions")
            }
            for word in words[1].split(separator: ",", omittingEmptySubsequences: false) {
                guard let number = Int32(word), number >= 0 else { throw .usage("Invalid partition '\(word)' specified in topic arg '\(argument)''") }
                partitions.append(TopicPartition(String(words[0]), number))
            }
        }
    }
}
