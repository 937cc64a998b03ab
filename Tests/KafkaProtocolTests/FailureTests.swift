import Foundation
import Testing
import Vocabulary

@testable import KafkaProtocol

@Suite struct FailureTests {
    @Test func everyRequestOfEveryVersionCanFailForAllThatItAsks() throws {
        for api in APIKey.allCases {
            let type = api.messages.request
            for version in type.versions {
                for seed in 1...6 { try check(type, version, UInt64(seed)) }
            }
        }
    }

    private func check<R: Request>(_ type: R.Type, _ version: Int16, _ seed: UInt64) throws {
        let place = "\(R.name) v\(version) seed \(seed)"
        var generator = SeededGenerator(seed: seed)
        let request = try R.decode(RandomFiller.message(R.self, version: version, using: &generator).encoded(version: version), version: version)
        let code = ErrorCode.clusterAuthorizationFailed
        guard let failure = request.failure(code, message: "why", throttleMs: 77, version: version) else {
            #expect((request as? ProduceRequest)?.acks == 0, "\(place) has no failure")
            return
        }
        let encoded = failure.encoded(version: version)
        let decoded = try R.Response.decode(encoded, version: version)
        #expect(decoded.encoded(version: version) == encoded, "\(place)")
        let json = JSONPrinter.print(decoded, version: version)
        #expect(json == JSONPrinter.print(failure, version: version), "\(place)")

        let expected = FailureCase.of(R.apiKey, version)
        let asked = expected.asked(request)
        #expect(expected.answered(decoded).sorted() == asked.sorted(), "\(place)")
        let codes = numbers("errorCode", in: json) + numbers("partitionErrorCode", in: json)
        #expect(codes == Array(repeating: Int(code.rawValue), count: asked.count + (expected.isWhole ? 1 : 0)), "\(place): \(json)")
        // A version that has the field says the time.
        #expect(numbers("throttleTimeMs", in: json).allSatisfy { $0 == 77 }, "\(place): \(json)")
    }

    private func numbers(_ field: String, in json: String) -> [Int] {
        json.components(separatedBy: "\"\(field)\":").dropFirst().compactMap { Int($0.drop { $0 == " " }.prefix { $0 == "-" || $0.isNumber }) }
    }

    @Test func aProducerThatWantsNoAnswerGetsNone() {
        var request = ProduceRequest()
        request.acks = 0
        #expect(request.failure(.notLeaderOrFollower, version: 9) == nil)
        request.acks = 1
        #expect(request.failure(.notLeaderOrFollower, version: 9)?.responses.isEmpty == true)
    }

    @Test func aFailedProduceTellsOfNoOffsetOrTime() {
        var request = ProduceRequest()
        request.acks = -1
        request.topicData = [.init()]
        request.topicData[0].partitionData = [.init()]
        let row = request.failure(.kafkaStorageError, message: "the disk is gone", version: 8)?.responses[0].partitionResponses[0]
        #expect(row?.baseOffset == -1 && row?.logAppendTimeMs == -1 && row?.logStartOffset == -1 && row?.errorMessage == "the disk is gone")
    }

    @Test func aFailedFetchNamesItsPartitionsUntilClientsLookAtTheWhole() {
        var request = FetchRequest()
        request.sessionId = 9
        request.topics = [.init()]
        request.topics[0].topic = "t"
        request.topics[0].partitions = [.init()]
        request.topics[0].partitions[0].partition = 3
        let old = request.failure(.unknownServerError, version: 12)
        #expect(old?.errorCode == .unknownServerError && old?.sessionId == 9)
        #expect(old?.responses.first?.partitions.first?.partitionIndex == 3 && old?.responses.first?.partitions.first?.highWatermark == -1)
        let new = request.failure(.unknownServerError, version: 13)
        #expect(new?.errorCode == .unknownServerError && new?.sessionId == 9 && new?.responses.isEmpty == true)
    }

    @Test func clientsOfOldVersionsAreSentCodesThatTheyKnow() {
        #expect(EndTxnRequest().failure(.producerFenced, version: 1)?.errorCode == .invalidProducerEpoch)
        #expect(EndTxnRequest().failure(.producerFenced, version: 2)?.errorCode == .producerFenced)
        #expect(InitProducerIdRequest().failure(.producerFenced, version: 3)?.errorCode == .invalidProducerEpoch)
        #expect(AddOffsetsToTxnRequest().failure(.producerFenced, version: 1)?.errorCode == .invalidProducerEpoch)
        #expect(FetchRequest().failure(.kafkaStorageError, version: 5)?.errorCode == .notLeaderOrFollower)
        #expect(FetchRequest().failure(.kafkaStorageError, version: 6)?.errorCode == .kafkaStorageError)
        #expect(ErrorCode.coordinatorLoadInProgress.known(to: .txnOffsetCommit, version: 1) == .coordinatorNotAvailable)
        #expect(ErrorCode.coordinatorLoadInProgress.known(to: .offsetFetch, version: 1) == .coordinatorLoadInProgress)
    }

    @Test func whoAsksInAnUnknownVersionLearnsWhichAreKnown() {
        let failure = ApiVersionsRequest().failure(.unsupportedVersion, version: 0)
        #expect(failure?.apiKeys.map(\.apiKey) == [18] && failure?.apiKeys.first?.maxVersion == 4)
        #expect(ApiVersionsRequest().failure(.invalidRequest, version: 4)?.apiKeys.isEmpty == true)
    }

    @Test func aMemberWhoseJoinFailsHasNoGenerationAndNoProtocol() {
        let old = JoinGroupRequest().failure(.notCoordinator, version: 6)
        #expect(old?.protocolName == "" && old?.generationId == -1 && old?.memberId == "")
        #expect(JoinGroupRequest().failure(.notCoordinator, version: 7)?.protocolName == nil)
    }

    @Test func aCoordinatorThatIsNotFoundIsNoNode() {
        var request = FindCoordinatorRequest()
        request.coordinatorKeys = ["a", "b"]
        let batch = request.failure(.coordinatorNotAvailable, version: 4)?.coordinators
        #expect(batch?.map(\.key) == ["a", "b"] && batch?.map(\.nodeId) == [-1, -1] && batch?.map(\.port) == [-1, -1])
        #expect(batch?.first?.errorMessage == ErrorCode.coordinatorNotAvailable.message)
        let single = request.failure(.coordinatorNotAvailable, version: 3)
        #expect(single?.nodeId == -1 && single?.coordinators.isEmpty == true && single?.errorCode == .coordinatorNotAvailable)
    }

    @Test func offsetsThatCannotBeFetchedAreNone() {
        var request = OffsetFetchRequest()
        request.topics = [.init()]
        request.topics?[0].partitionIndexes = [4]
        let row = request.failure(.notCoordinator, version: 1)?.topics.first?.partitions.first
        #expect(row?.partitionIndex == 4 && row?.committedOffset == -1 && row?.metadata == "" && row?.committedLeaderEpoch == -1)
        let whole = request.failure(.notCoordinator, version: 2)
        #expect(whole?.errorCode == .notCoordinator && whole?.topics.isEmpty == true)
    }

    @Test func generalWordsStandInWhereKafkaGivesThem() {
        var configs = DescribeConfigsRequest()
        configs.resources = [.init()]
        #expect(configs.failure(.unknownServerError, version: 4)?.results[0].errorMessage == ErrorCode.unknownServerError.message)
        var topics = CreateTopicsRequest()
        topics.topics = [.init()]
        #expect(topics.failure(.unknownServerError, version: 7)?.topics[0].errorMessage == nil)
        #expect(topics.failure(.policyViolation, message: "no", version: 7)?.topics[0].errorMessage == "no")
    }

    @Test func anyResponseCanSayAThrottleTimeIfItHasOne() {
        #expect(HeartbeatResponse().withThrottle(5).throttleTimeMs == 5)
        #expect(SaslHandshakeResponse().withThrottle(5).encoded(version: 1) == SaslHandshakeResponse().encoded(version: 1))
    }
}
