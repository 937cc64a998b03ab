/// Which partitions of which topics are asked about.
struct PartitionFilter {
    /// Some numbers of partitions.
    indirect enum Numbers: Equatable {
        case all
        case listed(Set<Int32>)
        /// The upper bound is left out.
        case range(from: Int32, below: Int32)
        case either(Numbers, Numbers)

        func contains(_ number: Int32) -> Bool {
            switch self {
            case .all: true
            case .listed(let numbers): numbers.contains(number)
            case .range(let first, let end): number >= first && number < end
            case .either(let one, let other): one.contains(number) || other.contains(number)
            }
        }
    }

    private let rules: [(topic: TopicFilter, numbers: Numbers)]

    /// The two ways to select partitions exclude each other.
    static func check(_ options: ParsedOptions) throws(ToolError) {
        if options.has("topic-partitions"), options.has("topic") || options.has("partitions") {
            throw ToolError.invalid("--topic-partitions cannot be used with --topic or --partitions")
        }
    }

    /// From `--topic-partitions`, or else from `--topic` and `--partitions`.
    init(_ options: ParsedOptions) throws(ToolError) {
        if let list = try options.string("topic-partitions") {
            try self.init(list: list)
        } else {
            try self.init(topic: options.string("topic"), partitions: options.string("partitions") ?? "")
        }
    }

    /// Rules separated by commas, of which any may match: `orders:0-3,payments.*,:7`.
    init(list: String) throws(ToolError) {
        rules = try Self.words(list).map { (word) throws(ToolError) in try Self.rule(word) }
    }

    /// The topics that an expression matches, with the listed partitions or, where none is listed, all.
    init(topic: String?, partitions list: String) throws(ToolError) {
        var numbers: Set<Int32> = []
        for word in list.isEmpty ? [] : Self.words(list) {
            guard let number = Int32(java: word) else {
                throw ToolError.invalid("--partitions expects a comma separated list of numeric partition ids, but received: \(list)")
            }
            numbers.insert(number)
        }
        rules = [(try TopicFilter(topic ?? ".*"), numbers.isEmpty ? .all : .listed(numbers))]
    }

    /// The partitions of a topic; nil when the topic is not asked about.
    func numbers(of topic: String) -> Numbers? {
        let matching = rules.lazy.filter { $0.topic.matches(topic) }.map(\.numbers)
        return matching.reduce(nil) { earlier, numbers in earlier.map { .either($0, numbers) } ?? numbers }
    }

    /// `REGEX`, `REGEX:3`, `REGEX:0-3`, `REGEX:5-` or `REGEX:-3`; without an expression any topic is meant.
    private static func rule(_ text: Substring) throws(ToolError) -> (TopicFilter, Numbers) {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        let words = halves.count == 2 ? halves[1].split(separator: "-", omittingEmptySubsequences: false) : [""]
        let areDigits = words.allSatisfy { $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
        guard halves.count <= 2, words.count <= 2, areDigits else { throw ToolError.invalid("Invalid rule specification: \(text)") }
        let topic = try TopicFilter(halves[0].isEmpty ? ".*" : String(halves[0]))
        let bounds = try words.map { (word) throws(ToolError) in try bound(word) }
        return switch (bounds[0], bounds[bounds.count - 1]) {
        case (nil, nil): (topic, .all)
        case (let number?, _) where bounds.count == 1: (topic, .listed([number]))
        case (let first, let end): (topic, .range(from: first ?? 0, below: end ?? .max))
        }
    }

    private static func bound(_ digits: Substring) throws(ToolError) -> Int32? {
        if digits.isEmpty { return nil }
        guard let number = Int32(digits) else { throw ToolError.invalid("For input string: \"\(digits)\"") }
        return number
    }

    /// As Java splits: empty words at the end do not count, but a text without any comma is one word.
    private static func words(_ text: String) -> [Substring] {
        var words = text.split(separator: ",", omittingEmptySubsequences: false)
        if words.count > 1 { while words.last?.isEmpty == true { words.removeLast() } }
        return words
    }
}
