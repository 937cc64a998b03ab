import KafkaProtocol
import Vocabulary

/// Names one call of the application that waits for its end.
struct TransactionCall: Hashable, Sendable {
    let value: Int
}

/// What `TransactionManager` wants done, in order.
enum TransactionAction: Equatable {
    /// A call has ended, with its failure if it failed.
    case end(TransactionCall, ClientError?)
    /// Records go out under this identity from now on.
    case adopt(ProducerIdentity)
    /// Gives up what was never sent; batches that were are still tried, so that the log's end of this producer is known.
    case failUnsent(ClientError)
    case failAll(ClientError)
    /// Another broker coordinates, or may.
    case forgetCoordinator(Target)
}

/// A request to a coordinator, and where it goes.
enum TransactionRequest {
    case initProducerId(InitProducerIdRequest)
    case addPartitions(AddPartitionsToTxnRequest)
    case addOffsets(AddOffsetsToTxnRequest)
    case commitOffsets(TxnOffsetCommitRequest, versions: ClosedRange<Int16>)
    case end(EndTxnRequest, versions: ClosedRange<Int16>)
}

/// What became of the request.
enum TransactionReply {
    case initProducerId(InitProducerIdResponse)
    case addPartitions(AddPartitionsToTxnResponse)
    case addOffsets(AddOffsetsToTxnResponse)
    case commitOffsets(TxnOffsetCommitResponse)
    case end(EndTxnResponse)
    /// No answer came. An error of kind `.broker` is what the search for the coordinator was answered.
    case failed(ClientError)
}
