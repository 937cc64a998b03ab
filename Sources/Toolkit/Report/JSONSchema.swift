/// The JSON Schema (draft 2020-12) of what a command prints with `--output json`, and of a line with `jsonl`: made from the same columns as the output.
enum JSONSchema {
    /// The document of one command; nil for commands that print no rows.
    static func of(_ command: Command) -> JSONValue? {
        let sections = command.sectionsAtAnyPlace
        if sections.isEmpty { return nil }
        var members: [JSONValue.Member] = [
            JSONValue.Member("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            JSONValue.Member("title", .string("ottla \(command.name)")),
        ]
        let document = document(command, sections)
        let lines = sections.map(line) + [messageLine]
        members.append(JSONValue.Member("oneOf", .array([document] + lines)))
        return .object(members)
    }

    private static let version = JSONValue.members(["const": .int(Report.version)])

    private static func document(_ command: Command, _ sections: [Section]) -> JSONValue {
        var properties = [
            JSONValue.Member("version", version), JSONValue.Member("command", .members(["const": .string(command.name)])),
        ]
        for section in sections where !section.isStream {
            let row = schema(of: .object(section.fields))
            properties.append(
                JSONValue.Member(section.name, .members(["description": .string(section.purpose), "type": .string("array"), "items": row])))
        }
        properties.append(JSONValue.Member("messages", schema(of: .array(.string))))
        return closed(properties, required: ["version", "command"], description: "--output json")
    }

    private static func line(_ section: Section) -> JSONValue {
        var properties = [JSONValue.Member("version", version), JSONValue.Member("kind", .members(["const": .string(section.name)]))]
        properties += section.fields.map { JSONValue.Member($0.name, described($0)) }
        return closed(properties, required: properties.map(\.name), description: "a line of --output jsonl: \(section.purpose)")
    }

    private static let messageLine = closed(
        [
            JSONValue.Member("version", version), JSONValue.Member("kind", .members(["const": .string("message")])),
            JSONValue.Member("message", .members(["type": .string("string")])),
        ], required: ["version", "kind", "message"], description: "a line of --output jsonl: a sentence for people")

    private static func closed(_ properties: [JSONValue.Member], required: [String], description: String? = nil) -> JSONValue {
        var members = description.map { [JSONValue.Member("description", .string($0))] } ?? []
        members += [
            JSONValue.Member("type", .string("object")), JSONValue.Member("properties", .object(properties)),
            JSONValue.Member("required", .array(required.map { .string($0) })), JSONValue.Member("additionalProperties", .bool(false)),
        ]
        return .object(members)
    }

    private static func described(_ field: Field) -> JSONValue {
        guard case .object(let members) = schema(of: field.type) else { return .null }
        let title = field.heading.isEmpty ? [] : [JSONValue.Member("title", .string(field.heading))]
        return .object(title + [JSONValue.Member("description", .string(field.help))] + members)
    }

    private static func schema(of type: FieldType) -> JSONValue {
        switch type {
        case .string: .members(["type": .string("string")])
        case .integer: .members(["type": .string("integer")])
        case .number: .members(["type": .string("number")])
        case .boolean: .members(["type": .string("boolean")])
        case .bytes:
            .members(["anyOf": .array([schema(of: .string), closed([JSONValue.Member("base64", schema(of: .string))], required: ["base64"])])])
        case .array(let element): .members(["type": .string("array"), "items": schema(of: element)])
        case .map(let value): .members(["type": .string("object"), "additionalProperties": schema(of: value)])
        case .object(let fields): closed(fields.map { JSONValue.Member($0.name, described($0)) }, required: fields.map(\.name))
        case .any: .members([:])
        case .nullable(let wrapped): .members(["anyOf": .array([schema(of: wrapped), .members(["type": .string("null")])])])
        }
    }
}

extension JSONValue {
    /// The text over several lines, two blanks a level.
    var indentedText: String { indented("") }

    private func indented(_ margin: String) -> String {
        let inner = margin + "  "
        switch self {
        case .array(let values) where values.contains { $0.isNested }:
            return "[\n" + values.map { inner + $0.indented(inner) }.joined(separator: ",\n") + "\n\(margin)]"
        case .object(let members) where !members.isEmpty:
            return "{\n" + members.map { inner + JSONValue.string($0.name).text + ": " + $0.value.indented(inner) }.joined(separator: ",\n") + "\n\(margin)}"
        default: return text
        }
    }

    private var isNested: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }
}
