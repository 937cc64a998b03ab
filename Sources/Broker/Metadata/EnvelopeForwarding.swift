import KafkaProtocol
import Security

extension RequestContext {
    /// Passes a request on to the active controller as it came, with who asks and from where (KIP-590), and answers what that answers.
    /// - Parameter frame: header and body
    func passOn<R: Request>(_ request: R, frame: Bytes, _ link: any ControllerLink) {
        link.send(envelope(frame)) { result in
            switch result {
            case .success(let answer) where answer.errorCode == .none: self.unwrap(answer.responseData, request)
            // The controller serves fewer versions than were shown to the client, which must ask for them again.
            case .success(let answer) where answer.errorCode == .unsupportedVersion:
                self.close("the active controller does not serve \(R.apiKey.name) \(self.version)")
            case .failure(.unsupportedVersion): self.close("the active controller takes no requests from brokers")
            case .success: self.refuse(request, .unknownServerError)
            case .failure(let error): self.refuse(request, error)
            }
        }
    }

    private func envelope(_ frame: Bytes) -> EnvelopeRequest {
        var who = DefaultPrincipalData()
        (who.type, who.name) = (principal.type, principal.name)
        var envelope = EnvelopeRequest()
        envelope.requestData = frame
        envelope.requestPrincipal = who.versioned(DefaultPrincipalData.versions.upperBound)
        envelope.clientHostAddress = connection.peerAddress
        return envelope
    }

    /// Answers what was in the envelope. Read and written again: the client is held up for as long as the controller says.
    private func unwrap<R: Request>(_ data: Bytes?, _ request: R) {
        do {
            let headerVersion = ResponseHeader.version(for: R.self, version: version)
            var reader = WireReader(data ?? .empty, version: headerVersion, isFlexible: headerVersion == 1)
            var header = ResponseHeader()
            try reader.value(&header)
            guard let data, header.correlationId == correlationId else { return refuse(request, .unknownServerError) }
            let response = try R.Response.decode(data.dropFirst(reader.position), version: version)
            reply(response, throttleMs: (response as? any ThrottledResponse)?.throttleTimeMs ?? 0)
        } catch {
            refuse(request, .unknownServerError)
        }
    }
}
