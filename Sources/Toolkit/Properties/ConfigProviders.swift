import Host
import KafkaClient
import KafkaProtocol
import Pattern

/// The providers that `config.providers` of a file declares, and what they give (KIP-297, KIP-421): environment variables, properties files and files
/// in a directory. Other classes cannot be loaded and are refused. The errors are Kafka's.
struct ConfigProviders {
    private enum Provider {
        /// `allowlist.pattern`: names that may be read.
        case environment(allowed: Pattern?)
        /// `allowed.paths`, normalized; nil for every path.
        case file(allowed: [String]?)
        case directory(allowed: [String]?)
    }

    private var providers: [String: Provider] = [:]
    private let variable: @Sendable (String) -> String?
    private var files: [String: [String: String]] = [:]

    /// - Parameters:
    ///   - properties: the whole of what was given, the providers' own keys among it
    ///   - variable: a variable of the environment
    init(_ properties: [String: String], variable: @escaping @Sendable (String) -> String?) throws(ToolError) {
        self.variable = variable
        // As in Kafka, blanks belong to a name, and a name without a class counts for nothing.
        for name in (properties["config.providers"] ?? "").split(separator: ",") {
            let key = "config.providers.\(name).class"
            guard let type = properties[key] else { continue }
            func parameter(_ parameter: String) -> String? { properties["config.providers.\(name).param.\(parameter)"] }
            switch type {
            case Self.package + "EnvVarConfigProvider": providers[String(name)] = .environment(allowed: try Self.pattern(parameter("allowlist.pattern")))
            case Self.package + "FileConfigProvider": providers[String(name)] = .file(allowed: try Self.paths(parameter("allowed.paths")))
            case Self.package + "DirectoryConfigProvider": providers[String(name)] = .directory(allowed: try Self.paths(parameter("allowed.paths")))
            default:
                throw ToolError.invalid(
                    "Invalid value \(type) for configuration \(key): Could not load config provider class or one of its dependencies; there are "
                        + "EnvVarConfigProvider, FileConfigProvider and DirectoryConfigProvider of \(Self.package.dropLast())")
            }
        }
    }

    private static let package = "org.apache.kafka.common.config.provider."

    /// All values with their variables replaced; those that are left as they stand are named in a line each.
    mutating func resolve(_ properties: [String: String]) throws(ToolError) -> (values: [String: String], notes: [String]) {
        var values = properties
        var notes: [String] = []
        for (key, text) in properties.sorted(by: { $0.key < $1.key }) where text.contains("${") && !key.hasPrefix("config.providers") {
            values[key] = try ConfigVariable.replace(in: text) { variable throws(ToolError) in
                let value = try self.value(of: variable)
                if value == nil, providers[variable.provider] != nil {
                    let path = variable.path.isEmpty ? "" : variable.path + ":"
                    notes.append("\(key): ${\(variable.provider):\(path)\(variable.key)} is not defined and is taken as it stands")
                }
                return value
            }
        }
        return (values, notes)
    }

    private mutating func value(of variable: ConfigVariable) throws(ToolError) -> String? {
        switch providers[variable.provider] {
        case .environment(let allowed):
            if !variable.path.isEmpty { throw ToolError.invalid("Path is not supported for EnvVarConfigProvider, invalid value '\(variable.path)'") }
            return allowed?.matches(variable.key) ?? true ? self.variable(variable.key) : nil
        case .file(let allowed):
            guard let path = Self.permitted(variable.path, allowed) else { return nil }
            return try properties(in: path, given: variable.path)[variable.key]
        case .directory(let allowed):
            guard let path = Self.permitted(variable.path, allowed) else { return nil }
            return try Self.content(of: variable.key, in: path)
        case nil: return nil
        }
    }

    private mutating func properties(in path: String, given: String) throws(ToolError) -> [String: String] {
        if let known = files[path] { return known }
        guard let bytes = try? Surroundings.readFile(path), String(validating: bytes, as: UTF8.self) != nil else {
            throw ToolError.invalid("Could not read properties from file \(given)")
        }
        let pairs = try JavaProperties.parse(bytes)
        let found = Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
        files[path] = found
        return found
    }

    /// The whole content of a regular file, its line end included.
    private static func content(of key: String, in directory: String) throws(ToolError) -> String? {
        let path = "\(directory)/\(key)"
        guard !key.contains("/"), Surroundings.kind(of: directory) == .directory, Surroundings.kind(of: path) == .file else { return nil }
        guard let bytes = try? Surroundings.readFile(path), let text = String(validating: bytes, as: UTF8.self) else {
            throw ToolError.invalid("Could not read file \(path) for property \(key)")
        }
        return text
    }

    // MARK: What is allowed

    private static func pattern(_ text: String?) throws(ToolError) -> Pattern? {
        guard let text else { return nil }
        do throws(PatternError) {
            return try Pattern(text)
        } catch {
            throw ToolError.invalid("allowlist.pattern: \(error)")
        }
    }

    private static func paths(_ text: String?) throws(ToolError) -> [String]? {
        guard let text, !text.isEmpty else { return nil }
        var allowed: [String] = []
        for path in text.split(separator: ",") {
            let normal = normalized(String(path))
            if !normal.hasPrefix("/") { throw ToolError.invalid("Path \(normal) is not absolute") }
            if Surroundings.kind(of: normal) == .missing { throw ToolError.invalid("Path \(normal) does not exist") }
            allowed.append(normal)
        }
        return allowed
    }

    /// The path to read, or nil where there is none or it is not below an allowed one.
    private static func permitted(_ path: String, _ allowed: [String]?) -> String? {
        if path.isEmpty { return nil }
        guard let allowed else { return path }
        let normal = normalized(path)
        return allowed.contains { normal == $0 || $0 == "/" && normal.hasPrefix("/") || normal.hasPrefix($0 + "/") } ? normal : nil
    }

    /// Without `.`, and without `..` but at the beginning of a relative path.
    static func normalized(_ path: String) -> String {
        let isAbsolute = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part != ".." {
                parts.append(part)
            } else if let last = parts.last, last != ".." {
                parts.removeLast()
            } else if !isAbsolute {
                parts.append(part)
            }
        }
        return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
    }
}

extension ToolContext {
    /// The properties of a client with their variables replaced. What could not be replaced, and what has no effect, is said on standard error.
    func resolved(_ properties: [String: String], of client: ClientConfigKey.Clients) throws(ToolError) -> [String: String] {
        if properties.isEmpty { return properties }
        var values = properties
        var notes: [String] = []
        if properties["config.providers"] != nil {
            var providers = try ConfigProviders(properties, variable: environment)
            (values, notes) = try providers.resolve(properties)
        }
        do {
            notes += try ClientConfigKey.remarks(on: values, of: client)
        } catch {
            throw ToolError.invalid(error.message)
        }
        for note in notes { error.line("warning: \(note)") }
        return values
    }
}
