import KafkaProtocol

// ApiVersions, versions 0 to 4. 3: flexible request, client software, features. 4: features with a minimum of zero (KIP-584).
// An unknown version is answered in version 0 with UNSUPPORTED_VERSION and the whole list, so the client can try again (KIP-511).

func handleApiVersions(_ broker: Broker, _ request: ApiVersionsRequest, _ context: RequestContext) {
    if context.version >= 3, !isSoftwareText(request.clientSoftwareName) || !isSoftwareText(request.clientSoftwareVersion) {
        return context.refuse(request, .invalidRequest)
    }
    var response = apiVersions(broker)
    if context.version < 4 {
        response.supportedFeatures.removeAll { $0.minVersion == 0 }
        response.finalizedFeatures.removeAll { $0.minVersionLevel == 0 && $0.maxVersionLevel == 0 }
    }
    context.reply(response)
}

/// The answer to a version that this broker does not know.
func replyUnsupportedApiVersions(_ broker: Broker, _ context: RequestContext) {
    var response = apiVersions(broker)
    response.errorCode = .unsupportedVersion
    context.reply(response, version: 0)
}

private func apiVersions(_ broker: Broker) -> ApiVersionsResponse {
    var response = ApiVersionsResponse()
    response.apiKeys = Dispatch.apis.compactMap { api in
        var row = ApiVersionsResponse.ApiVersion()
        row.apiKey = api.key.rawValue
        row.minVersion = api.advertisedMinimum
        row.maxVersion = api.versions.upperBound
        return api.place == .controller ? common(row, broker.metadata.link) : row
    }
    broker.metadata.describeFeatures(&response)
    return response
}

/// The versions that the active controller takes as well; nil when there are none. As long as no controller was reached, all that could be passed on.
private func common(_ row: ApiVersionsResponse.ApiVersion, _ link: (any ControllerLink)?) -> ApiVersionsResponse.ApiVersion? {
    guard let link, link.isKnown else { return row }
    guard let key = APIKey(rawValue: row.apiKey), let theirs = link.versions(key) else { return nil }
    var row = row
    row.minVersion = max(row.minVersion, theirs.lowerBound)
    row.maxVersion = min(row.maxVersion, theirs.upperBound)
    return row.minVersion <= row.maxVersion ? row : nil
}

/// Name and version of the client's software: letters, digits, dashes and dots, beginning and ending with a letter or digit (KIP-511).
private func isSoftwareText(_ text: String) -> Bool {
    func isWord(_ c: UInt8) -> Bool { (48...57).contains(c) || (65...90).contains(c) || (97...122).contains(c) }
    guard let first = text.utf8.first, let last = text.utf8.last, isWord(first), isWord(last) else { return false }
    return text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
}
