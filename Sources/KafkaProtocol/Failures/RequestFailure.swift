extension Request {
    /// The response of a version that says the error for everything that was asked: for each topic, partition, group or resource, or once for all where the
    /// version can. Nil where a client expects no response (Produce with acks=0).
    ///
    /// `message` is what there is to say beyond the code's general words, wherever the response has room for it. Without one, the general words are
    /// given by those APIs for which Kafka gives them.
    public func failure(_ code: ErrorCode, message: String? = nil, throttleMs: Int32 = 0, version: Int16) -> Response? {
        allFailed(code.known(to: Self.apiKey, version: version), message: message, version: version)?.withThrottle(throttleMs)
    }
}

extension ErrorCode {
    /// The code to send in a version of an API: clients of older versions do not know every code, and are sent another that makes them do the right thing.
    public func known(to api: APIKey, version: Int16) -> ErrorCode {
        switch (self, api) {
        case (.kafkaStorageError, .fetch) where version <= 5: .notLeaderOrFollower
        case (.producerFenced, .initProducerId) where version < 4: .invalidProducerEpoch
        case (.producerFenced, .addPartitionsToTxn) where version < 2: .invalidProducerEpoch
        case (.producerFenced, .addOffsetsToTxn) where version < 2: .invalidProducerEpoch
        case (.producerFenced, .endTxn) where version < 2: .invalidProducerEpoch
        case (.coordinatorLoadInProgress, .txnOffsetCommit) where version < 2: .coordinatorNotAvailable
        default: self
        }
    }
}
