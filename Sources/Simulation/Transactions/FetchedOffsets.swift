import KafkaClient
import KafkaProtocol
import Vocabulary

extension SimulatedClient {
    /// Asks for all offsets of a group; none when there is no answer.
    func fetchOffsets(of group: String, requireStable: Bool, then: @escaping ([TransactionCheck.FetchedOffset]) -> Void) {
        var row = OffsetFetchRequest.OffsetFetchRequestGroup()
        row.groupId = group
        row.topics = nil
        var request = OffsetFetchRequest()
        request.groups = [row]
        request.requireStable = requireStable
        let options = RequestOptions(versions: 8...9)
        core.submit(request, to: .groupCoordinator(group), options: options) { result in
            guard case .success(let response) = result, let answer = response.groups.first, answer.errorCode == .none else { return then([]) }
            then(
                answer.topics.flatMap { topic in
                    topic.partitions.filter { $0.errorCode == .none && $0.committedOffset >= 0 }.map { row in
                        let place = GroupOffset(group: group, partition: TopicPartition(topic.name, row.partitionIndex))
                        return TransactionCheck.FetchedOffset(place: place, offset: row.committedOffset, transaction: row.metadata ?? "")
                    }
                })
        }
        turn()
    }
}
