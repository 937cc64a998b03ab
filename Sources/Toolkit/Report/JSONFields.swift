// Reading the JSON files that Kafka's tools take, with Kafka's texts for what is wrong in them.
extension JSONValue {
    /// A member that must be there.
    func field(_ name: String) throws(ToolError) -> JSONValue {
        guard let value = try object()[name] else { throw .invalid("No such field exists: `\(name)`") }
        return value
    }

    /// The value itself, which must be an object.
    func object() throws(ToolError) -> JSONValue {
        guard case .object = self else { throw .invalid("Expected JSON object, received \(text)") }
        return self
    }

    /// The elements of what must be an array.
    func array() throws(ToolError) -> [JSONValue] {
        guard let elements else { throw .invalid("Expected JSON array, received \(text)") }
        return elements
    }

    /// A text.
    func string() throws(ToolError) -> String {
        guard let stringValue else { throw .invalid("Expected `String` value, received \(text)") }
        return stringValue
    }

    /// A number that fits 32 bits.
    func int32() throws(ToolError) -> Int32 {
        guard let value = intValue.flatMap(Int32.init(exactly:)) else { throw .invalid("Expected `Integer` value, received \(text)") }
        return value
    }

    /// A number that fits 64 bits.
    func int64() throws(ToolError) -> Int64 {
        guard let intValue else { throw .invalid("Expected `Long` value, received \(text)") }
        return intValue
    }
}
