import Coordination
import KafkaProtocol
import Synchronization
import Vocabulary

/// Asks transaction coordinators on other brokers about partitions that are written to here (AddPartitionsToTxn 4 and later, KIP-890).
final class RemoteTransactions: Sendable {
    private struct Question: Sendable {
        var producer: TransactionalProducer
        var partitions: Set<TopicPartition>
        var adds: Bool
        var then: @Sendable (TransactionReply) -> Void
    }

    private let batches: PeerBatches<Question>
    private static let timeoutMs = 10_000

    init(_ link: any PeerLink) {
        batches = PeerBatches { node, asked, done in
            // Two producers with one transactional id: one of them is fenced, and comes again to hear it.
            var ids: Set<String> = []
            let questions = asked.filter { ids.insert($0.producer.transactionalId).inserted }
            if questions.count < asked.count {
                var seen: Set<String> = []
                for question in asked where !seen.insert(question.producer.transactionalId).inserted { question.then(.failed(.concurrentTransactions)) }
            }
            link.send(Self.request(questions), to: node, timeoutMs: Self.timeoutMs, versions: 4...5) { result in
                let replies = Self.replies(result)
                for question in questions { question.then(replies(question)) }
                done()
            }
        }
    }

    /// - Parameters:
    ///   - adds: the partitions become part of the transaction; otherwise it is only asked whether they are
    ///   - then: gets each partition's error, or that of the whole; NETWORK_EXCEPTION when the coordinator has not answered
    func ask(
        _ producer: TransactionalProducer, _ partitions: Set<TopicPartition>, adds: Bool, of coordinator: Int32,
        then: @escaping @Sendable (TransactionReply) -> Void
    ) {
        batches.add(Question(producer: producer, partitions: partitions, adds: adds, then: then), to: coordinator)
    }

    private static func request(_ questions: [Question]) -> AddPartitionsToTxnRequest {
        var request = AddPartitionsToTxnRequest()
        request.transactions = questions.map { question in
            var row = AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
            row.transactionalId = question.producer.transactionalId
            row.producerId = question.producer.producerId
            row.producerEpoch = question.producer.epoch
            row.verifyOnly = !question.adds
            row.topics = Dictionary(grouping: question.partitions, by: \.topic).sorted { $0.key < $1.key }.map { name, partitions in
                var topic = AddPartitionsToTxnRequest.AddPartitionsToTxnTopic()
                topic.name = name
                topic.partitions = partitions.map(\.partition).sorted()
                return topic
            }
            return row
        }
        return request
    }

    private static func replies(_ result: Result<AddPartitionsToTxnResponse, PeerFailure>) -> (Question) -> TransactionReply {
        guard case .success(let response) = result else { return { _ in .failed(.networkException) } }
        // Without the right to ask it cannot be known that the transaction is one.
        if response.errorCode != .none {
            let error: ErrorCode = response.errorCode == .clusterAuthorizationFailed ? .invalidTxnState : response.errorCode
            return { _ in .failed(error) }
        }
        var results: [String: [TopicPartition: ErrorCode]] = [:]
        for transaction in response.resultsByTransaction {
            for topic in transaction.topicResults {
                for row in topic.resultsByPartition {
                    results[transaction.transactionalId, default: [:]][TopicPartition(topic.name, row.partitionIndex)] = row.partitionErrorCode
                }
            }
        }
        return { question in results[question.producer.transactionalId].map { .partitions($0) } ?? .failed(.unknownServerError) }
    }
}
