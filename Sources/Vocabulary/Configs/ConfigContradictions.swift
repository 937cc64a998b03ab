/// What Kafka demands of a broker's keys together. The texts are its own.
extension ConfigTable {
    /// The first rule that the broker's values break; nil when they fit each other.
    /// - Parameter text: what is set for a key, nil where Kafka's default holds. Texts have been parsed before.
    public static func contradiction(among text: (String) -> String?) -> String? {
        func int(_ name: String) -> Int64? { (text(name) ?? broker[name]?.defaultText).flatMap { try? broker[name]?.parse($0).int } }
        func demand(_ isMet: Bool, _ reason: String) -> String? { isMet ? nil : "requirement failed: \(reason)" }
        func atMost(_ low: String, _ high: String, _ reason: String) -> String? { demand(int(low) ?? 0 <= int(high) ?? .max, reason) }
        let hour: Int64 = 3_600_000
        let roll = int("log.roll.ms") ?? (int("log.roll.hours") ?? 1) * hour
        let jitter = int("log.roll.jitter.ms") ?? (int("log.roll.jitter.hours") ?? 0) * hour
        let retention = int("log.retention.ms") ?? int("log.retention.minutes").map { $0 * 60_000 } ?? (int("log.retention.hours") ?? 1) * hour
        let idle = int("connections.max.idle.ms") ?? -1, delay = int("connection.failed.authentication.delay.ms") ?? 0
        let queued = int("queued.max.request.bytes") ?? -1
        return demand(roll >= 1, "log.roll.ms must be greater than or equal to 1")
            ?? demand(jitter >= 0, "log.roll.jitter.ms must be greater than or equal to 0")
            // Any negative retention stands for none.
            ?? demand(retention != 0, "log.retention.ms must be unlimited (-1) or, greater than or equal to 1")
            ?? demand(
                (int("log.cleaner.dedupe.buffer.size") ?? .max) / max(1, int("log.cleaner.threads") ?? 1) > 1 << 20,
                "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.")
            ?? atMost(
                "replica.fetch.wait.max.ms", "replica.socket.timeout.ms",
                "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to prevent unnecessary socket timeouts")
            ?? atMost(
                "replica.fetch.wait.max.ms", "replica.lag.time.max.ms",
                "replica.fetch.wait.max.ms should always be less than or equal to replica.lag.time.max.ms to prevent frequent changes in ISR")
            ?? demand(
                queued <= 0 || queued >= int("socket.request.max.bytes") ?? 0, "queued.max.request.bytes must be larger or equal to socket.request.max.bytes")
            ?? demand(
                int("max.connections.per.ip") != 0 || !JavaText.trim(text("max.connections.per.ip.overrides") ?? "").isEmpty,
                "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.")
            ?? demand(
                idle < 0 || delay < idle,
                "connection.failed.authentication.delay.ms=\(delay) should always be less than connections.max.idle.ms=\(idle)"
                    + " to prevent failed authentication responses from timing out")
    }
}
