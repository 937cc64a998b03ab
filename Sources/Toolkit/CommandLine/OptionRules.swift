/// The rules that Kafka's tools lay on options once they are parsed, with its texts.
extension ParsedOptions {
    /// `Missing required argument "[topic]"` for the first that is absent.
    public func requirePresent(_ names: String...) throws(ToolError) {
        for name in names where !has(name) { throw .usage("Missing required argument \"[\(name)]\"") }
    }

    /// `Option "[used]" can't be used with option "[other]"`, for the first of `others` that is present beside `used`.
    public func forbid(_ used: String, with others: [String]) throws(ToolError) {
        guard has(used) else { return }
        for other in others where has(other) { throw .usage("Option \"[\(used)]\" can't be used with option \"[\(other)]\"") }
    }

    /// `Exactly one of the following arguments is required: [topic], [include]` unless exactly one is present.
    public func requireExactlyOne(of names: String...) throws(ToolError) {
        if names.count(where: { has($0) }) != 1 {
            throw .usage("Exactly one of the following arguments is required: \(names.map { "[\($0)]" }.joined(separator: ", "))")
        }
    }

    /// Argparse's rule for options of which one is needed and two are too many.
    public func requireOne(ofGroup names: String...) throws(ToolError) {
        let given = names.filter { has($0) }
        if given.isEmpty { throw .usage("one of the arguments \(names.map { "--\($0)" }.joined(separator: " ")) is required") }
        if given.count > 1 { throw .usage("argument --\(given[1]): not allowed with argument --\(given[0])") }
    }

    /// As `forbidMixedSpellings`, in the words of the tools with argparse's parser.
    public func forbidBoth(_ newer: String, _ older: String) throws(ToolError) {
        if spellings(newer).count > 1 { throw .usage("--\(newer) and --\(older) cannot be specified together.") }
    }

    /// Old and new spelling of one option together: `Options --property and --formatter-property cannot be specified together.`
    ///
    /// `spellings` gives the order of the names in the text, which differs between Kafka's tools; the first two that were typed are named.
    public func forbidMixedSpellings(_ spellings: String...) throws(ToolError) {
        guard let first = spellings.first else { return }
        let typed = self.spellings(first)
        let mixed = spellings.filter(typed.contains)
        if mixed.count > 1 { throw .usage("Options --\(mixed[0]) and --\(mixed[1]) cannot be specified together.") }
    }
}
