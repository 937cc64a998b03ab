import KafkaClient

/// The options of one call. Values are text until they are asked for: a bad number is reported by the reader, not by the parser, as Kafka does.
public struct ParsedOptions: Sendable {
    /// One occurrence on the command line.
    public struct Occurrence: Equatable, Sendable {
        /// The spelling that was typed, without dashes.
        public let spelling: String
        /// The value, nil for switches and for optional values left out.
        public let value: String?
    }

    private let command: Command
    private var occurrences: [String: [Occurrence]] = [:]
    /// The name of each option that was typed, in the order typed, as often as it was.
    public private(set) var order: [String] = []
    /// Words that belong to no option. The jopt dialect ignores them, argparse assigns them to the command's positionals.
    public internal(set) var words: [String] = []
    /// The subcommand that was chosen, if the command has any.
    public internal(set) var subcommand: String?

    /// Options of `command` with nothing given yet.
    public init(command: Command) { self.command = command }

    mutating func add(_ option: Option, spelling: String, value: String?) {
        occurrences[option.name, default: []].append(Occurrence(spelling: spelling, value: value))
        order.append(option.name)
    }

    /// Whether the option is on the command line, under any of its spellings.
    public func has(_ name: String) -> Bool { occurrences[canonical(name)] != nil }

    /// Every value in the order given, under all spellings; without the default.
    public func all(_ name: String) -> [String] { (occurrences[canonical(name)] ?? []).compactMap(\.value) }

    /// The distinct spellings that were typed, in order of first use. More than one means old and new name together.
    public func spellings(_ name: String) -> [String] {
        var seen: [String] = []
        for occurrence in occurrences[canonical(name)] ?? [] where !seen.contains(occurrence.spelling) { seen.append(occurrence.spelling) }
        return seen
    }

    /// The single value, or the default, or nil. Given twice: `Found multiple arguments for option topic, but you asked for only one`; argparse
    /// takes the last.
    public func string(_ name: String) throws(ToolError) -> String? {
        let values = all(name)
        if command.dialect == .argparse { return values.last ?? option(name)?.defaultValue }
        if values.count > 1 {
            throw ToolError.invalid("Found multiple arguments for option \(spellings(name).first ?? name), but you asked for only one")
        }
        return values.first ?? option(name)?.defaultValue
    }

    /// As `string`, but what was typed under the spelling `older` counts only when nothing was typed under the others.
    public func string(_ name: String, over older: String) throws(ToolError) -> String? {
        var options = self
        let newer = (occurrences[canonical(name)] ?? []).filter { $0.spelling != older }
        if !newer.isEmpty { options.occurrences[canonical(name)] = newer }
        return try options.string(name)
    }

    /// The single value of an option the caller knows to be present or defaulted; otherwise Kafka's text for a missing one.
    public func requiredString(_ name: String) throws(ToolError) -> String {
        guard let value = try string(name) else { throw .usage("Missing required argument \"[\(name)]\"") }
        return value
    }

    /// A 32-bit number as Java's `Integer.valueOf` reads it.
    public func int(_ name: String) throws(ToolError) -> Int32? { try convert(name, "Integer") { Int32(java: $0) } }

    /// A 16-bit number as Java's `Short.valueOf` reads it.
    public func short(_ name: String) throws(ToolError) -> Int16? { try convert(name, "Short") { Int32(java: $0).flatMap(Int16.init(exactly:)) } }

    /// A 64-bit number as Java's `Long.valueOf` reads it.
    public func long(_ name: String) throws(ToolError) -> Int64? { try convert(name, "Long") { Int64(java: $0) } }

    /// A floating-point number.
    public func double(_ name: String) throws(ToolError) -> Double? { try convert(name) { Double($0) } }

    /// The single value through a conversion whose nil means `Cannot parse argument 'x' of option name`, or argparse's text for it.
    /// - Parameter type: what argparse calls the type, such as `Integer`.
    public func convert<T>(_ name: String, _ type: String = "value", _ conversion: (String) -> T?) throws(ToolError) -> T? {
        guard let text = try string(name) else { return nil }
        if let value = conversion(text) { return value }
        guard command.dialect == .argparse else { throw Self.unreadable(text, option: spellings(name).first ?? name) }
        let label = option(name).map(ArgparseParser.label) ?? name
        let reason = Int32(java: text) == nil || type != "Short" ? "For input string: \"\(text)\"" : "Value out of range. Value:\"\(text)\" Radix:10"
        throw .usage("argument \(label): could not convert '\(text)' to \(type) (\(reason))").within(subcommand)
    }

    /// All values through a conversion; see `convert`.
    public func convertAll<T>(_ name: String, _ conversion: (String) -> T?) throws(ToolError) -> [T] {
        var results: [T] = []
        for text in all(name) {
            guard let value = conversion(text) else { throw Self.unreadable(text, option: spellings(name).first ?? name) }
            results.append(value)
        }
        return results
    }

    /// `k=v` pairs of a repeatable option; the last duplicate wins. See `KeyValue`.
    public func pairs(_ name: String) -> [(key: String, value: String)] { KeyValue.pairs(all(name)) }

    static func unreadable(_ text: String, option: String) -> ToolError { ToolError.invalid("Cannot parse argument '\(text)' of option \(option)") }

    private func canonical(_ name: String) -> String { occurrences[name] != nil ? name : option(name)?.name ?? name }

    private func option(_ name: String) -> Option? {
        if let found = command.allOptions.first(where: { $0.names.contains(name) }) { return found }
        return command.subcommand(subcommand)?.allOptions.first { $0.names.contains(name) }
    }
}
