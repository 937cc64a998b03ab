import Host
import KafkaClient
import KafkaProtocol
import Security

/// One call of the tool.
struct DelegationTokens {
    let context: ToolContext
    let admin: Admin

    private var options: ParsedOptions { context.options }

    static let tokens: Shape<DelegationToken> = Shape(
        "tokens", "a delegation token", text: .lines { "\n" + line(tokens.cells(of: $0)) },
        [
            Column("tokenId", "id of the token", heading: "TOKENID") { $0.id },
            Column("hmac", "the secret, in Base64", heading: "HMAC") { Base64.encode($0.hmac.array) },
            Column("owner", "whom it stands for, as type:name", heading: "OWNER") { $0.owner.description },
            Column("requester", "who asked for it, as type:name", heading: "REQUESTER") { $0.requester.description },
            Column("renewers", "who may renew it beside its owner", heading: "RENEWERS", cell: { list($0.renewers) }) { $0.renewers.map(\.description) },
            Column("issueTimeMs", "when it was made, in milliseconds since 1970-01-01 UTC", heading: "ISSUEDATE", cell: { date($0.issueTimeMs) }) {
                $0.issueTimeMs
            },
            Column(
                "expiryTimeMs", "when it ends unless it is renewed, in milliseconds since 1970-01-01 UTC", heading: "EXPIRYDATE",
                cell: { date($0.expiryTimeMs) }
            ) {
                $0.expiryTimeMs
            },
            Column("maxTimeMs", "when it ends whatever happens, in milliseconds since 1970-01-01 UTC", heading: "MAXDATE", cell: { date($0.maxTimeMs) }) {
                $0.maxTimeMs
            },
        ])

    /// When a token ends, after a change of that.
    struct Expiry {
        let hmac: String
        let timeMs: Int64
    }

    static let expiries = Shape<Expiry>(
        "expiries", "a token that was renewed or is to end", text: .none,
        [
            Column("hmac", "the secret, in Base64") { $0.hmac },
            Column("expiryTimeMs", "when it ends, in milliseconds since 1970-01-01 UTC") { $0.timeMs },
        ])

    func create() throws {
        let renewers = try principals("renewer-principal")
        let lifetimeMs = try number("max-life-time-period")
        context.report.say("Calling create token operation with renewers :\(Self.list(renewers)) , max-life-time-period :\(lifetimeMs)")
        let owner = try principals("owner-principal").first
        let token = try admin.createDelegationToken(owner: owner, renewers: renewers, maxLifetimeMs: lifetimeMs)
        context.report.say("Created delegation token with tokenId : \(token.id)")
        context.report.decorate("\n")
        show([token])
    }

    func renew() throws { try change("renew", periodOption: "renew-time-period", periodLabel: "renew-time-period", admin.renewDelegationToken) }

    func expire() throws { try change("expire", periodOption: "expiry-time-period", periodLabel: "expire-time-period", admin.expireDelegationToken) }

    private func change(
        _ operation: String, periodOption: String, periodLabel: String, _ call: (Bytes, Int64) throws(ClientError) -> Int64
    ) throws {
        guard let text = try options.string("hmac") else { throw ToolError.invalid("--hmac needs a value") }
        let periodMs = try number(periodOption)
        context.report.say("Calling \(operation) token operation with hmac :\(text) , \(periodLabel) :\(periodMs)")
        guard let hmac = Base64.decode(text) else { throw ToolError.invalid("--hmac takes the token in Base64, which '\(text)' is not") }
        let expiry = try call(Bytes(hmac), periodMs)
        // Kafka's tool ends the line no more than this.
        context.report.decorate("Completed \(operation) operation. New expiry date : \(Self.date(expiry))")
        context.report.add(Expiry(hmac: text, timeMs: expiry), as: Self.expiries)
    }

    func describe() throws {
        let owners = try principals("owner-principal")
        let whose = owners.isEmpty ? "current user." : "owners: \(Self.list(owners))"
        context.report.say("Calling describe token operation for \(whose)")
        let found = try admin.describeDelegationTokens(owners: owners.isEmpty ? nil : owners)
        context.report.say("Total number of tokens : \(found.count)")
        context.report.open(Self.tokens)
        show(found.sorted { ($0.issueTimeMs, $0.id) < ($1.issueTimeMs, $1.id) })
    }

    private func show(_ tokens: [DelegationToken]) {
        context.report.decorate(Self.line(Self.tokens.section.fields.map(\.heading)) + "\n")
        context.report.add(tokens, as: Self.tokens)
    }

    private static func line(_ cells: [String]) -> String { Table.row(cells, widths: [15, 30, 15, 15, 25, 15, 15, 15], trailing: false) }

    private static func list(_ principals: [Principal]) -> String { "[\(principals.map(\.description).joined(separator: ", "))]" }

    /// To the minute, in the local time zone: `2026-01-31T09:30`.
    private static func date(_ timeMs: Int64) -> String {
        let text = SystemClock.logText(wallMs: timeMs)
        return text.prefix(10) + "T" + text.dropFirst(11).prefix(5)
    }

    private func principals(_ option: String) throws(ToolError) -> [Principal] {
        try options.all(option).map { (word) throws(ToolError) in try Principal(word: word) }
    }

    private func number(_ option: String) throws(ToolError) -> Int64 {
        guard let number = try options.long(option) else { throw .invalid("--\(option) needs a number of milliseconds") }
        return number
    }
}
