import KafkaClient

/// What `--print-metrics` can tell: those of Kafka's producer metrics that follow from the batches of a run.
struct ProducerMetrics {
    private var batches = 0
    private var batchBytes = 0
    private var maxBatchBytes = 0
    private var records = 0
    private var recordBytes = 0
    private var errors = 0

    mutating func add(_ batch: WrittenBatch) {
        batches += 1
        batchBytes += batch.sizeInBytes
        maxBatchBytes = max(maxBatchBytes, batch.sizeInBytes)
        for run in batch.runs {
            records += run.count
            recordBytes += run.bytes
        }
    }

    mutating func add(_ batch: FailedBatch) { errors += batch.recordCount }

    /// Kafka's names for them, sorted. What needs batches is left out where none were written.
    func rows(clientId: String, topic: String, elapsedMs: Int64) -> [MetricRow] {
        let seconds = Double(max(1, elapsedMs)) / 1000
        let client = [("client-id", clientId)]
        let ofTopic = client + [("topic", topic)]
        var rows = [
            MetricRow("producer-metrics", "record-error-total", client, Double(errors)),
            MetricRow("producer-metrics", "record-send-rate", client, Double(records) / seconds),
            MetricRow("producer-metrics", "record-send-total", client, Double(records + errors)),
            MetricRow("producer-topic-metrics", "byte-rate", ofTopic, Double(batchBytes) / seconds),
            MetricRow("producer-topic-metrics", "byte-total", ofTopic, Double(batchBytes)),
            MetricRow("producer-topic-metrics", "record-error-total", ofTopic, Double(errors)),
            MetricRow("producer-topic-metrics", "record-send-rate", ofTopic, Double(records) / seconds),
            MetricRow("producer-topic-metrics", "record-send-total", ofTopic, Double(records + errors)),
        ]
        if batches > 0 {
            rows.append(MetricRow("producer-metrics", "batch-size-avg", client, Double(batchBytes) / Double(batches)))
            rows.append(MetricRow("producer-metrics", "batch-size-max", client, Double(maxBatchBytes)))
        }
        if records > 0 { rows.append(MetricRow("producer-metrics", "record-size-avg", client, Double(recordBytes) / Double(records))) }
        return rows
    }
}
