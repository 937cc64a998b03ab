import KafkaProtocol
import Security

/// A delegation token (KIP-48): a secret with which somebody can log in on behalf of its owner for a while.
public struct DelegationToken: Hashable, Sendable {
    public let id: String
    /// The secret itself: an HMAC of the id.
    public let hmac: Bytes
    public let owner: Principal
    /// Who asked for it; an empty principal when the broker is too old to know (KIP-373).
    public let requester: Principal
    /// Who may renew it, beside its owner.
    public let renewers: [Principal]
    /// Milliseconds since 1970-01-01 UTC.
    public let issueTimeMs: Int64
    /// When it ends unless it is renewed, in milliseconds since 1970-01-01 UTC.
    public let expiryTimeMs: Int64
    /// When it ends whatever happens, in milliseconds since 1970-01-01 UTC.
    public let maxTimeMs: Int64
}

// Any broker takes the calls, on connections that are authenticated by other means than a token.
extension Admin {
    /// Creates a token.
    /// - Parameters:
    ///   - owner: whom it stands for; nil for whoever asks. Needs CreateDelegationToken 3 (KIP-373).
    ///   - maxLifetimeMs: milliseconds after which it ends whatever happens; -1 for the broker's `delegation.token.max.lifetime.ms`.
    public func createDelegationToken(owner: Principal?, renewers: [Principal], maxLifetimeMs: Int64) throws(ClientError) -> DelegationToken {
        var request = CreateDelegationTokenRequest()
        var options = options("createDelegationToken")
        if let owner {
            (request.ownerPrincipalType, request.ownerPrincipalName) = (owner.type, owner.name)
            // An older broker would make a token for whoever asks instead.
            options.versions = 3...max(3, CreateDelegationTokenRequest.versions.upperBound)
        }
        request.renewers = renewers.map { renewer in
            var wire = CreateDelegationTokenRequest.CreatableRenewers()
            (wire.principalType, wire.principalName) = (renewer.type, renewer.name)
            return wire
        }
        request.maxLifetimeMs = maxLifetimeMs
        let response = try sender.send(request, to: .any, options: options)
        if let failure = response.errorCode.failure() { throw failure }
        return DelegationToken(
            id: response.tokenId, hmac: response.hmac, owner: Principal(type: response.principalType, name: response.principalName),
            requester: Principal(type: response.tokenRequesterPrincipalType, name: response.tokenRequesterPrincipalName), renewers: renewers,
            issueTimeMs: response.issueTimestampMs, expiryTimeMs: response.expiryTimestampMs, maxTimeMs: response.maxTimestampMs)
    }

    /// Renews a token for a period (-1: the broker's `delegation.token.expiry.time.ms`).
    /// - Returns: when it ends then, in milliseconds since 1970-01-01 UTC.
    public func renewDelegationToken(_ hmac: Bytes, periodMs: Int64) throws(ClientError) -> Int64 {
        var request = RenewDelegationTokenRequest()
        request.hmac = hmac
        request.renewPeriodMs = periodMs
        let response = try sender.send(request, to: .any, options: options("renewDelegationToken"))
        if let failure = response.errorCode.failure() { throw failure }
        return response.expiryTimestampMs
    }

    /// Lets a token end after a period (-1: at once).
    /// - Returns: when it ends, in milliseconds since 1970-01-01 UTC.
    public func expireDelegationToken(_ hmac: Bytes, periodMs: Int64) throws(ClientError) -> Int64 {
        var request = ExpireDelegationTokenRequest()
        request.hmac = hmac
        request.expiryTimePeriodMs = periodMs
        let response = try sender.send(request, to: .any, options: options("expireDelegationToken"))
        if let failure = response.errorCode.failure() { throw failure }
        return response.expiryTimestampMs
    }

    /// The tokens of these owners that the caller may see, in the order of the answer; nil for all that it may see.
    public func describeDelegationTokens(owners: [Principal]?) throws(ClientError) -> [DelegationToken] {
        var request = DescribeDelegationTokenRequest()
        request.owners = owners.map { owners in
            owners.map { owner in
                var wire = DescribeDelegationTokenRequest.DescribeDelegationTokenOwner()
                (wire.principalType, wire.principalName) = (owner.type, owner.name)
                return wire
            }
        }
        let response = try sender.send(request, to: .any, options: options("describeDelegationToken"))
        if let failure = response.errorCode.failure() { throw failure }
        return response.tokens.map { token in
            DelegationToken(
                id: token.tokenId, hmac: token.hmac, owner: Principal(type: token.principalType, name: token.principalName),
                requester: Principal(type: token.tokenRequesterPrincipalType, name: token.tokenRequesterPrincipalName),
                renewers: token.renewers.map { Principal(type: $0.principalType, name: $0.principalName) }, issueTimeMs: token.issueTimestamp,
                expiryTimeMs: token.expiryTimestamp, maxTimeMs: token.maxTimestamp)
        }
    }
}
