import KafkaProtocol
import Security
import Testing
import Vocabulary

@testable import KafkaClient

/// Cryptography that shows what it was asked for.
private struct PlainCrypto: SaslCrypto {
    func hmac(_ hash: SaslHash, key: [UInt8], data: [UInt8]) -> [UInt8] { [] }
    func digest(_ hash: SaslHash, _ data: [UInt8]) -> [UInt8] { [] }
    func pbkdf2(_ hash: SaslHash, password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        Array("\(hash):\(String(decoding: password, as: UTF8.self)):\(iterations)".utf8)
    }
    func nonce() -> String { "salt" }
}

@Suite struct AdminConfigsTests {
    private func cluster(_ script: @escaping ScriptedCluster.Script) throws -> ScriptedCluster {
        let config = try ClientConfig(bootstrap: "a:1", properties: ["default.api.timeout.ms": "5000"], clientId: "test")
        let cluster = ScriptedCluster(config, crypto: PlainCrypto())
        let brokers: [Int32: String] = [1: "a:1", 2: "b:2"]
        for address in brokers.values {
            cluster.brokers[address] = .answers { request, version in
                request is MetadataRequest ? metadata(brokers, controller: 2, topics: ["t": [1, 2]]) : script(request, version)
            }
        }
        return cluster
    }

    private func served<R: Request>(_ cluster: ScriptedCluster, _ type: R.Type) -> [(address: String, request: R)] {
        cluster.served.compactMap { served in (served.request as? R).map { (served.address, $0) } }
    }

    @Test func changesGoToTheBrokerThatTheyAreAbout() throws {
        let cluster = try cluster { _, _ in IncrementalAlterConfigsResponse() }
        try Admin(cluster).alterConfigs(.broker(2), [.set("log.cleaner.threads", "2"), .delete("log.segment.bytes")])
        let sent = try #require(served(cluster, IncrementalAlterConfigsRequest.self).first)
        #expect(sent.address == "b:2")
        let resource = try #require(sent.request.resources.first)
        #expect(resource.resourceType == 4 && resource.resourceName == "2")
        #expect(resource.configs.map(\.name) == ["log.cleaner.threads", "log.segment.bytes"])
        #expect(resource.configs.map(\.configOperation) == [0, 1] && resource.configs.first?.value == "2")
    }

    @Test func aRefusedChangeIsThrownWithTheBrokersText() throws {
        let cluster = try cluster { _, _ in
            var row = IncrementalAlterConfigsResponse.AlterConfigsResourceResponse()
            row.errorCode = .invalidConfig
            row.errorMessage = "Unknown topic config name: foo"
            var response = IncrementalAlterConfigsResponse()
            response.responses = [row]
            return response
        }
        do throws(ClientError) {
            try Admin(cluster).alterConfigs(.topic("t"), [.set("foo", "bar")])
            Issue.record("no failure")
        } catch {
            #expect(error.code == .invalidConfig && error.message == "Unknown topic config name: foo")
        }
    }

    @Test func oldBrokersListClientMetricsAlone() throws {
        let cluster = try cluster { _, _ in
            var row = ListConfigResourcesResponse.ConfigResource()
            row.resourceName = "cm"
            var response = ListConfigResourcesResponse()
            response.configResources = [row]
            return response
        }
        cluster.versions = [.apiVersions: 0...4, .metadata: 0...12, .listConfigResources: 0...0]
        #expect(try Admin(cluster).listConfigResources(.clientMetrics).map(\.name) == ["cm"])
        do throws(ClientError) {
            _ = try Admin(cluster).listConfigResources(.group)
            Issue.record("no failure")
        } catch {
            #expect(error.kind == .unsupportedVersion)
        }
    }

    @Test func quotasOfDefaultsHaveNoName() throws {
        let cluster = try cluster { request, _ in
            if request is AlterClientQuotasRequest { return AlterClientQuotasResponse() }
            var part = DescribeClientQuotasResponse.EntryData.EntityData()
            part.entityType = "client-id"
            part.entityName = nil
            var value = DescribeClientQuotasResponse.EntryData.ValueData()
            value.key = "request_percentage"
            value.value = 50.5
            var entry = DescribeClientQuotasResponse.EntryData()
            entry.entity = [part]
            entry.values = [value]
            var response = DescribeClientQuotasResponse()
            response.entries = [entry]
            return response
        }
        let admin = Admin(cluster)
        let quotas = try admin.describeClientQuotas([(.clientId, .defaults), (.user, .any), (.ip, .name("::1"))])
        #expect(quotas == [ClientQuota(entity: QuotaEntity([.clientId: nil]), values: ["request_percentage": 50.5])])
        let asked = try #require(served(cluster, DescribeClientQuotasRequest.self).first?.request)
        #expect(asked.strict && asked.components.map(\.matchType) == [1, 2, 0] && asked.components.map(\.match) == [nil, nil, "::1"])

        try admin.alterClientQuotas(of: QuotaEntity([.user: "alice", .clientId: nil]), ["producer_byte_rate": 1024, "consumer_byte_rate": nil])
        let entry = try #require(served(cluster, AlterClientQuotasRequest.self).first?.request.entries.first)
        #expect(entry.entity.map(\.entityType) == ["user", "client-id"] && entry.entity.map(\.entityName) == ["alice", nil])
        #expect(entry.ops.map(\.key) == ["consumer_byte_rate", "producer_byte_rate"] && entry.ops.map(\.remove) == [true, false])
        #expect(entry.ops.last?.value == 1024)
    }

    @Test func passwordsLeaveSaltedAndGoToTheController() throws {
        let cluster = try cluster { _, _ in AlterUserScramCredentialsResponse() }
        let credential = ScramCredential(.sha512, iterations: 8192, password: "secret")
        try Admin(cluster).alterScramCredentials(of: "alice", deleting: [.sha256], storing: [credential])
        let sent = try #require(served(cluster, AlterUserScramCredentialsRequest.self).first)
        #expect(sent.address == "b:2")
        #expect(sent.request.deletions.map(\.mechanism) == [1])
        let stored = try #require(sent.request.upsertions.first)
        #expect(stored.name == "alice" && stored.mechanism == 2 && stored.iterations == 8192 && stored.salt.array == Array("salt".utf8))
        #expect(String(decoding: stored.saltedPassword.array, as: UTF8.self) == "sha512:secret:8192")
        #expect(throws: ClientError(code: .unacceptableCredential, message: "Password must not be empty")) {
            try Admin(cluster).alterScramCredentials(of: "alice", deleting: [], storing: [ScramCredential(.sha256, iterations: 4096, password: "")])
        }
    }

    @Test func usersWithoutPasswordsAreLeftOut() throws {
        let cluster = try cluster { _, _ in
            func row(_ user: String, _ code: ErrorCode, _ mechanisms: [Int8] = []) -> DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult {
                var row = DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult()
                row.user = user
                row.errorCode = code
                row.credentialInfos = mechanisms.map {
                    var info = DescribeUserScramCredentialsResponse.DescribeUserScramCredentialsResult.CredentialInfo()
                    info.mechanism = $0
                    info.iterations = 4096
                    return info
                }
                return row
            }
            var response = DescribeUserScramCredentialsResponse()
            response.results = [row("zoe", .none, [2, 1]), row("bob", .resourceNotFound), row("eve", .duplicateResource)]
            return response
        }
        let found = try Admin(cluster).describeScramCredentials(of: ["zoe", "bob", "eve"])
        #expect(found.map(\.user) == ["eve", "zoe"])
        #expect(throws: ClientError.self) { try found[0].credentials.get() }
        #expect(try found[1].credentials.get().map(\.mechanism) == [.sha256, .sha512])
    }

    @Test func recordsAreDeletedAtTheLeaders() throws {
        let cluster = try cluster { request, _ in
            guard let request = request as? DeleteRecordsRequest else { return nil }
            var response = DeleteRecordsResponse()
            response.topics = request.topics.map { asked in
                var topic = DeleteRecordsResponse.DeleteRecordsTopicResult()
                topic.name = asked.name
                topic.partitions = asked.partitions.map { p in
                    var row = DeleteRecordsResponse.DeleteRecordsTopicResult.DeleteRecordsPartitionResult()
                    row.partitionIndex = p.partitionIndex
                    row.lowWatermark = p.offset == -1 ? 16 : p.offset
                    row.errorCode = p.offset == 9999 ? .offsetOutOfRange : .none
                    return row
                }
                return topic
            }
            return response
        }
        let results = try Admin(cluster).deleteRecords(before: [TopicPartition("t", 0): -1, TopicPartition("t", 1): 9999])
        #expect(try results[TopicPartition("t", 0)]?.get() == 16)
        guard case .failure(let failure)? = results[TopicPartition("t", 1)] else { return #expect(Bool(false)) }
        #expect(failure.code == .offsetOutOfRange)
        #expect(Set(served(cluster, DeleteRecordsRequest.self).map(\.address)) == ["a:1", "b:2"])
    }
}
