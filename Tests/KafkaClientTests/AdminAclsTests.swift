import KafkaProtocol
import Security
import Testing

@testable import KafkaClient

/// Access control lists and delegation tokens, as the broker is asked for them.
@Suite struct AdminAclsTests {
    private let alice = AclBinding(ResourcePattern(.topic, "t"), AccessControlEntry("User:alice", host: "*", .read, .allow))
    private let eve = AclBinding(ResourcePattern(.user, "User:bob", .prefixed), AccessControlEntry("User:eve", host: "10.0.0.1", .createTokens, .deny))

    private func cluster(_ script: @escaping (any Request) -> (any Response)?) throws -> ScriptedCluster {
        let cluster = try ScriptedCluster(properties: ["default.api.timeout.ms": "5000", "request.timeout.ms": "2000"])
        cluster.brokers["a:1"] = .answers { request, _ in script(request) ?? (request is MetadataRequest ? metadata([1: "a:1"], topics: [:]) : nil) }
        return cluster
    }

    private func failure<R>(_ work: () throws(ClientError) -> R) -> String? {
        do throws(ClientError) {
            _ = try work()
            return nil
        } catch {
            return "\(error.exceptionName): \(error.message)"
        }
    }

    @Test func filtersAreSentAndBindingsComeBack() throws {
        let cluster = try cluster { request in
            guard request is DescribeAclsRequest else { return nil }
            var response = DescribeAclsResponse()
            var resource = DescribeAclsResponse.DescribeAclsResource()
            (resource.resourceType, resource.resourceName, resource.patternType) = (2, "t", 3)
            var entry = DescribeAclsResponse.DescribeAclsResource.AclDescription()
            (entry.principal, entry.host, entry.operation, entry.permissionType) = ("User:alice", "*", 3, 3)
            var newer = entry
            (newer.principal, newer.operation, newer.permissionType) = ("User:new", 99, 2)
            resource.acls = [entry, newer]
            response.resources = [resource]
            return response
        }
        let found = try Admin(cluster).describeAcls(AclBinding(ResourcePattern(.topic, "t", .match), AccessControlEntry("User:alice", host: nil, .any, .any)))
        #expect(found == [alice, AclBinding(alice.pattern, AccessControlEntry("User:new", host: "*", .unknown, .deny))])
        let asked = try #require(cluster.served.compactMap { $0.request as? DescribeAclsRequest }.first)
        #expect(asked.resourceTypeFilter == 2 && asked.resourceNameFilter == "t" && asked.patternTypeFilter == 2)
        #expect(asked.principalFilter == "User:alice" && asked.hostFilter == nil && asked.operation == 1 && asked.permissionType == 1)
        _ = try Admin(cluster).describeAcls()
        let all = try #require(cluster.served.compactMap { $0.request as? DescribeAclsRequest }.last)
        #expect(all.resourceTypeFilter == 1 && all.resourceNameFilter == nil && all.patternTypeFilter == 1 && all.principalFilter == nil)
    }

    @Test func aClusterWithoutAuthorizerSaysSo() throws {
        let cluster = try cluster { request in
            guard request is DescribeAclsRequest else { return nil }
            var response = DescribeAclsResponse()
            (response.errorCode, response.errorMessage) = (.securityDisabled, "No Authorizer is configured on the broker")
            return response
        }
        #expect(
            failure { () throws(ClientError) in try Admin(cluster).describeAcls() }
                == "SecurityDisabledException: No Authorizer is configured on the broker")
    }

    @Test func eachCreationHasItsResult() throws {
        var tries = 0
        let cluster = try cluster { request in
            guard request is CreateAclsRequest else { return nil }
            tries += 1
            var refused = CreateAclsResponse.AclCreationResult()
            (refused.errorCode, refused.errorMessage) = tries == 1 ? (.notController, nil) : (.invalidRequest, "no such host")
            var response = CreateAclsResponse()
            response.results = [CreateAclsResponse.AclCreationResult(), refused]
            return response
        }
        let failures = try Admin(cluster).createAcls([alice, eve, alice])
        #expect(tries == 2, "a controller that has moved is sought again")
        #expect(failures.map { $0?.message }[..<2] == [nil, "no such host"])
        #expect(failures[2]?.message == "The broker reported no creation result for the given ACL: \(alice)")
        let sent = try #require(cluster.served.compactMap { $0.request as? CreateAclsRequest }.last?.creations)
        #expect(sent.count == 3 && sent[1].resourceType == 7 && sent[1].resourceName == "User:bob" && sent[1].resourcePatternType == 4)
        #expect(sent[1].principal == "User:eve" && sent[1].host == "10.0.0.1" && sent[1].operation == 13 && sent[1].permissionType == 2)
    }

    @Test func deletionsNameWhatIsGoneAndWhatIsNot() throws {
        let cluster = try cluster { request in
            guard request is DeleteAclsRequest else { return nil }
            var gone = DeleteAclsResponse.DeleteAclsFilterResult.DeleteAclsMatchingAcl()
            (gone.resourceType, gone.resourceName, gone.principal, gone.host, gone.operation, gone.permissionType) = (2, "t", "User:alice", "*", 3, 3)
            var kept = gone
            (kept.errorCode, kept.errorMessage, kept.principal) = (.unknownServerError, "still there", "User:zoe")
            var fits = DeleteAclsResponse.DeleteAclsFilterResult()
            fits.matchingAcls = [gone, kept]
            var refused = DeleteAclsResponse.DeleteAclsFilterResult()
            (refused.errorCode, refused.errorMessage) = (.securityDisabled, "off")
            var response = DeleteAclsResponse()
            response.filterResults = [fits, refused]
            return response
        }
        let results = try Admin(cluster).deleteAcls([AclBinding(alice.pattern, .any), .any, .any])
        let fits = try results[0].get()
        #expect(fits.map(\.binding.entry.principal) == ["User:alice", "User:zoe"] && fits[0].binding == alice)
        #expect(fits.map { $0.failure?.message } == [nil, "still there"])
        #expect(failure { () throws(ClientError) in try results[1].get() } == "SecurityDisabledException: off")
        #expect(failure { () throws(ClientError) in try results[2].get() }?.hasSuffix("no deletion result for the given filter.") == true)
    }

    // MARK: Delegation tokens

    private func tokens(versions: ClosedRange<Int16> = 1...3) throws -> ScriptedCluster {
        let cluster = try cluster { request in
            switch request {
            case is CreateDelegationTokenRequest:
                var response = CreateDelegationTokenResponse()
                (response.principalType, response.principalName, response.tokenId) = ("User", "dora", "id1")
                (response.tokenRequesterPrincipalType, response.tokenRequesterPrincipalName) = ("User", "admin")
                (response.issueTimestampMs, response.expiryTimestampMs, response.maxTimestampMs, response.hmac) = (1, 2, 3, Bytes([7]))
                return response
            case let request as RenewDelegationTokenRequest:
                var response = RenewDelegationTokenResponse()
                response.expiryTimestampMs = request.renewPeriodMs * 2
                if request.hmac == Bytes([0]) { response.errorCode = .delegationTokenNotFound }
                return response
            case let request as ExpireDelegationTokenRequest:
                var response = ExpireDelegationTokenResponse()
                response.expiryTimestampMs = request.expiryTimePeriodMs * 3
                return response
            case let request as DescribeDelegationTokenRequest:
                var token = DescribeDelegationTokenResponse.DescribedDelegationToken()
                (token.tokenId, token.principalType, token.principalName) = (request.owners == nil ? "all" : "some", "User", "dora")
                var renewer = DescribeDelegationTokenResponse.DescribedDelegationToken.DescribedDelegationTokenRenewer()
                (renewer.principalType, renewer.principalName) = ("User", "bob")
                token.renewers = [renewer]
                var response = DescribeDelegationTokenResponse()
                response.tokens = [token]
                return response
            default: return nil
            }
        }
        var all = Dictionary(uniqueKeysWithValues: APIKey.allCases.map { ($0, $0.messages.request.versions) })
        all[.createDelegationToken] = versions
        cluster.versions = all
        return cluster
    }

    @Test func aTokenHasAnOwnerOnlyWhereTheBrokerKnowsOwners() throws {
        let bob = Principal(name: "bob"), dora = Principal(name: "dora")
        let new = try tokens()
        let token = try Admin(new).createDelegationToken(owner: dora, renewers: [bob], maxLifetimeMs: -1)
        #expect(token.id == "id1" && token.owner == dora && token.requester == Principal(name: "admin") && token.renewers == [bob])
        #expect(token.hmac == Bytes([7]) && [token.issueTimeMs, token.expiryTimeMs, token.maxTimeMs] == [1, 2, 3])
        let asked = try #require(new.served.compactMap { $0.request as? CreateDelegationTokenRequest }.first)
        #expect(asked.ownerPrincipalName == "dora" && asked.renewers.map(\.principalName) == ["bob"] && asked.maxLifetimeMs == -1)
        let old = try tokens(versions: 1...2)
        #expect(
            failure { () throws(ClientError) in try Admin(old).createDelegationToken(owner: dora, renewers: [], maxLifetimeMs: 5) }?
                .hasPrefix("UnsupportedVersionException") == true)
        #expect(!old.keys.contains(.createDelegationToken))
        #expect(try Admin(old).createDelegationToken(owner: nil, renewers: [], maxLifetimeMs: 5).id == "id1")
    }

    @Test func tokensAreRenewedExpiredAndDescribed() throws {
        let cluster = try tokens()
        let admin = Admin(cluster)
        #expect(try admin.renewDelegationToken(Bytes([1]), periodMs: 100) == 200)
        #expect(try admin.expireDelegationToken(Bytes([1]), periodMs: -1) == -3)
        #expect(failure { () throws(ClientError) in try admin.renewDelegationToken(Bytes([0]), periodMs: 1) }?.hasPrefix("DelegationTokenNotFound") == true)
        #expect(try admin.describeDelegationTokens(owners: nil).map(\.id) == ["all"])
        let some = try admin.describeDelegationTokens(owners: [Principal(name: "dora")])
        #expect(some.map(\.id) == ["some"] && some[0].renewers == [Principal(name: "bob")])
    }
}
