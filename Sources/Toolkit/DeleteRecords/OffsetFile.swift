import Vocabulary

/// The file of `--offset-json-file`: of each partition the first offset to keep.
enum OffsetFile {
    /// Reads the JSON.
    /// - Throws: a usage failure with Kafka's text.
    static func parse(_ text: String) throws(ToolError) -> [TopicPartition: Int64] {
        let document: JSONValue
        do { document = try JSONReader.parse(text) } catch { throw .invalid("The input string is not a valid JSON: \(error)") }
        let version = try document.object()["version"]?.int32() ?? 1
        if version != 1 { throw .invalid("Not supported version field value \(version)") }
        guard let rows = document["partitions"] else { throw .invalid("Missing partitions field") }
        var offsets: [TopicPartition: Int64] = [:]
        var duplicates: Set<TopicPartition> = []
        for row in try rows.array() {
            let partition = try TopicPartition(row.field("topic").string(), row.field("partition").int32())
            if offsets.updateValue(try row.field("offset").int64(), forKey: partition) != nil { duplicates.insert(partition) }
        }
        if !duplicates.isEmpty {
            let names = duplicates.sorted().map(\.description).joined(separator: ",")
            throw .invalid("Offset json file contains duplicate topic partitions: \(names)")
        }
        return offsets
    }
}
