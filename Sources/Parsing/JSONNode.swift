/// A JSON value that knows where it stands in its text, so that a mistake can name its line.
package struct JSONNode: Sendable {
    package enum Value: Sendable {
        case null
        case bool(Bool)
        /// The number as it is written, with its value.
        case number(Double, text: String)
        case string(String)
        case array([JSONNode])
        /// In the order of the text.
        case object([Member])
    }

    package struct Member: Sendable {
        package var key: String
        package var keyPlace: Place
        package var value: JSONNode
    }

    /// Both count from one; a column counts bytes.
    package struct Place: Sendable, Equatable, CustomStringConvertible {
        package var line: Int
        package var column: Int

        package var description: String { "line \(line), column \(column)" }
    }

    package var value: Value
    package var place: Place

    package init(value: Value, place: Place) {
        self.value = value
        self.place = place
    }

    /// The value's type as a sentence names it: `a string`.
    package var typeName: String {
        switch value {
        case .null: "null"
        case .bool: "a truth value"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The members of an object; `nil` for anything else.
    package var members: [Member]? {
        guard case .object(let members) = value else { return nil }
        return members
    }

    /// The elements of an array; `nil` for anything else.
    package var elements: [JSONNode]? {
        guard case .array(let elements) = value else { return nil }
        return elements
    }

    /// The text of a string; `nil` for anything else.
    package var string: String? {
        guard case .string(let string) = value else { return nil }
        return string
    }

    /// The value of an object's key; `nil` without it, or for anything but an object.
    package subscript(key: String) -> JSONNode? {
        members?.first { $0.key == key }?.value
    }
}

extension JSONNode {
    /// A value that stands in no text.
    package init(_ value: Value) { self.init(value: value, place: Place(line: 1, column: 1)) }
}

extension JSONNode.Member {
    /// A member that stands in no text.
    package init(_ key: String, _ value: JSONNode.Value) {
        let node = JSONNode(value)
        self.init(key: key, keyPlace: node.place, value: node)
    }
}

/// Why a text is not JSON, and where.
package struct JSONSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    package var place: JSONNode.Place
    package var reason: String

    package init(place: JSONNode.Place, reason: String) {
        self.place = place
        self.reason = reason
    }

    package var description: String { "\(place): \(reason)" }
}
