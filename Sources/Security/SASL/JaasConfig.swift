/// The value of `sasl.jaas.config`: a login module's class, a flag, options `key="value"`, a semicolon (Java's JAAS syntax, one entry).
public struct JaasConfig: Hashable, Sendable {
    public let loginModule: String
    public let options: [String: String]

    /// - Throws: what is wrong, in Java's words
    public init(_ text: String) throws(JaasError) {
        var words = try Self.words(text)
        guard words.last == ";" else { throw JaasError("JAAS config entry not terminated by semi-colon") }
        words.removeLast()
        guard words.count >= 2 else { throw JaasError("Login module control flag not specified in JAAS config") }
        loginModule = words[0]
        guard ["required", "requisite", "sufficient", "optional"].contains(words[1].lowercased()) else {
            throw JaasError("Login module control flag is not valid in JAAS config")
        }
        var options: [String: String] = [:]
        var rest = words.dropFirst(2)
        while let key = rest.popFirst() {
            guard rest.popFirst() == "=", let value = rest.popFirst() else { throw JaasError("Value not specified for key '\(key)' in JAAS config") }
            options[key] = value
        }
        self.options = options
    }

    /// Words, quoted texts (without their quotes), `=` and `;`.
    private static func words(_ text: String) throws(JaasError) -> [String] {
        var words: [String] = []
        var word = ""
        var quote: Character?
        var isEscaped = false
        func end() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        for character in text {
            if let open = quote {
                if isEscaped {
                    word.append(character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == open {
                    words.append(word)
                    word = ""
                    quote = nil
                } else {
                    word.append(character)
                }
            } else if character == "\"" || character == "'" {
                end()
                quote = character
            } else if character == "=" || character == ";" {
                end()
                words.append(String(character))
            } else if character.isWhitespace {
                end()
            } else {
                word.append(character)
            }
        }
        if quote != nil { throw JaasError("Unterminated quote in JAAS config") }
        end()
        return words
    }
}

/// Why a JAAS configuration cannot be read.
public struct JaasError: Error, Hashable, Sendable {
    public let message: String

    init(_ message: String) { self.message = message }
}
